from django.apps import AppConfig


class ChangesConfig(AppConfig):
    name = "hiroba.foundation.changes"
    label = "changes"
