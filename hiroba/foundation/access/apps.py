from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "hiroba.foundation.access"
    label = "access"
