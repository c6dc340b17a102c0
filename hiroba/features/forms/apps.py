from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "hiroba.features.forms"
    label = "forms"

    def ready(self) -> None:
        """Declare what waits for a person here."""
        from hiroba.features.forms import errands
        from hiroba.foundation.web.errands import declare_errands

        declare_errands("forms", errands.ask)
