from django.apps import AppConfig


class AccountConfig(AppConfig):
    name = "hiroba.features.account"
    label = "account"
