from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "hiroba.foundation.people"
    label = "people"
