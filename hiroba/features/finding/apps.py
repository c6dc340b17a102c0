from django.apps import AppConfig


class FindingConfig(AppConfig):
    name = "hiroba.features.finding"
    label = "finding"
