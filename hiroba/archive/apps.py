from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "hiroba.archive"
    label = "archive"
