from django.apps import AppConfig


class TrayConfig(AppConfig):
    name = "hiroba.features.tray"
    label = "tray"

    def ready(self) -> None:
        """Declare scans as a kind of source."""
        from hiroba.features.tray import scanning

        scanning.declare()
