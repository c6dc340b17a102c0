from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "hiroba.ingest"
    label = "ingest"

    def ready(self) -> None:
        """Declare the kinds of source that live in this room."""
        from hiroba.ingest import mailboxes, post, reports, shares

        mailboxes.declare()
        post.declare()
        reports.declare()
        shares.declare()
