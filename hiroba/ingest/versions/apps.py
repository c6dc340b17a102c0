from django.apps import AppConfig


class VersionsConfig(AppConfig):
    name = "hiroba.ingest.versions"
    label = "versions"
