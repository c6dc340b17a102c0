from django.apps import AppConfig


class SystemsConfig(AppConfig):
    name = "hiroba.features.systems"
    label = "systems"

    def ready(self) -> None:
        """Declare what waits for a person here."""
        from hiroba.features.systems import errands
        from hiroba.foundation.web.errands import declare_errands

        declare_errands("systems", errands.ask)
