from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "hiroba.features.administration"
    label = "administration"
