from django.apps import AppConfig


class VersionsPagesConfig(AppConfig):
    name = "hiroba.features.versions"
    label = "versions_pages"
