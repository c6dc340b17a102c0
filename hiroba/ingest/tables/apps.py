from django.apps import AppConfig


class TablesConfig(AppConfig):
    name = "hiroba.ingest.tables"
    label = "tables"

    def ready(self) -> None:
        """Declare the kinds of source whose things are tables."""
        from hiroba.ingest.tables.kinds import register

        register()
