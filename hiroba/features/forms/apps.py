from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "hiroba.features.forms"
    label = "forms"
