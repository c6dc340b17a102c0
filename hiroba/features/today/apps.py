from django.apps import AppConfig


class TodayConfig(AppConfig):
    name = "hiroba.features.today"
    label = "today"
