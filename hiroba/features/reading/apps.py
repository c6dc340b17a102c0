from django.apps import AppConfig


class ReadingConfig(AppConfig):
    name = "hiroba.features.reading"
    label = "reading"
