from django.apps import AppConfig


class WritingConfig(AppConfig):
    name = "hiroba.features.writing"
    label = "writing"

    def ready(self) -> None:
        """Tell the stream who may know that a draft changed."""
        from hiroba.features.writing.reach import find_reach, render_fragments
        from hiroba.foundation.changes.reach import register_fragments, register_reach

        register_reach("draft", find_reach)
        register_fragments("draft", render_fragments)
