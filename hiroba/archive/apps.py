from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "hiroba.archive"
    label = "archive"

    def ready(self) -> None:
        """Tell the stream how to find who may know of a record or a passage."""
        from hiroba.archive.reach import find_passage_reach, find_reach
        from hiroba.foundation.changes.reach import register_reach

        register_reach("record", find_reach)
        register_reach("passage", find_passage_reach)
