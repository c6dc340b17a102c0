from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "hiroba.foundation.web"
    label = "web"
