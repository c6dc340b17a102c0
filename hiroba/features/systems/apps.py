from django.apps import AppConfig


class SystemsConfig(AppConfig):
    name = "hiroba.features.systems"
    label = "systems"
