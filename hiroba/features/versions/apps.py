from django.apps import AppConfig


class VersionsPagesConfig(AppConfig):
    name = "hiroba.features.versions"
    label = "versions_pages"

    def ready(self) -> None:
        """Declare what waits for a person here."""
        from hiroba.features.versions import errands
        from hiroba.foundation.web.errands import declare_errands

        declare_errands("versions", errands.ask)
