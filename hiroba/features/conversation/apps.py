from django.apps import AppConfig


class ConversationConfig(AppConfig):
    name = "hiroba.features.conversation"
    label = "conversation"

    def ready(self) -> None:
        """Declare where a conversation is read, what the stream shows of a message, what comes in from elsewhere."""
        from hiroba.features.conversation import fragments, homes, taking_in

        homes.declare()
        fragments.declare()
        taking_in.declare()
