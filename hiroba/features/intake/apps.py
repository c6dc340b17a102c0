from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "hiroba.features.intake"
    label = "intake"
