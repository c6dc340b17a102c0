from django.apps import AppConfig


class GuideConfig(AppConfig):
    name = "hiroba.features.guide"
    label = "guide"
