from django.apps import AppConfig


class ConversationConfig(AppConfig):
    name = "hiroba.features.conversation"
    label = "conversation"

    def ready(self) -> None:
        """Declare where a conversation is read, what the stream shows of a message, what comes in from elsewhere,
        and what waits for a person."""
        from hiroba.features.conversation import errands, fragments, homes, taking_in, taking_in_visits

        homes.declare()
        errands.declare()
        fragments.declare()
        taking_in.declare()
        taking_in_visits.declare()
