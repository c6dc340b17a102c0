"""What is asked in the act of sending: checked before anything is sent, asked when the message is there.

Sent again with the same key, the message is the same one and what it asks is asked once."""

from __future__ import annotations

from dataclasses import dataclass

from hiroba.features.conversation.asking import ask_question, require_owner
from hiroba.features.conversation.confirming import ask_confirmation, require_readers
from hiroba.features.conversation.models import Channel, Message
from hiroba.features.conversation.queries import get_message
from hiroba.foundation.people.models import Person


@dataclass(frozen=True)
class Asked:
    """What a message asks: `receipt` what its readers understood, `owner` (a name) to answer it."""

    receipt: bool = False
    owner: str = ""


def require_askable(person: Person, channel: Channel, body: str, asked: Asked) -> None:
    """Refuse before sending what could not be asked: TALK-13, TALK-14, TALK-17."""
    if asked.receipt:
        require_readers(person, channel, body)
    if asked.owner:
        require_owner(channel, asked.owner)


def ask_with(person: Person, message: Message, asked: Asked | None) -> Message:
    """Ask with a message that was just sent, and give it as it stands now. Refusals of what is asked."""
    if asked is None:
        return message
    if asked.receipt:
        ask_confirmation(person, message.pk)
    if asked.owner:
        ask_question(person, message.pk, asked.owner)
    return get_message(person, message.pk)
