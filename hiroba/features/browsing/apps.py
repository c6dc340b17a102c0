from django.apps import AppConfig


class BrowsingConfig(AppConfig):
    name = "hiroba.features.browsing"
    label = "browsing"
