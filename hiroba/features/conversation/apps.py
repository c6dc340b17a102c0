from django.apps import AppConfig


class ConversationConfig(AppConfig):
    name = "hiroba.features.conversation"
    label = "conversation"

    def ready(self) -> None:
        """Declare where a conversation is read, what the stream shows of a message, and what waits for a person."""
        from hiroba.features.conversation import fragments, homes

        homes.declare()
        fragments.declare()
