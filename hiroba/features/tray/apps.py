from django.apps import AppConfig


class TrayConfig(AppConfig):
    name = "hiroba.features.tray"
    label = "tray"

    def ready(self) -> None:
        """Declare scans as a kind of source, and what waits in a section's tray."""
        from hiroba.features.tray import errands, scanning
        from hiroba.foundation.web.errands import declare_errands

        scanning.declare()
        declare_errands("tray", errands.ask)
