"""What はなす shows in the rail: the channels one takes part in, with what is new."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from hiroba.features.conversation.errands import count_asked
from hiroba.features.conversation.queries import Line, count_waiting, lines_of
from hiroba.foundation.people.models import Person
from hiroba.foundation.web.frame import Shown

MOST_SHOWN = 20


def with_rail(request: HttpRequest, person: Person) -> list[Line]:
    """Give the person's channels, and put them into the page's rail."""
    lines = lines_of(person)
    request.counts = {"talk": count_waiting(person) + count_asked(person)}  # type: ignore[attr-defined]  # read by the frame
    request.below = {  # type: ignore[attr-defined]  # read by the frame
        "talk": [
            Shown(line.name, url, "", "page" if request.path == url else "", line.unread)
            for line in lines[:MOST_SHOWN]
            for url in [reverse("channel", args=[line.channel.pk])]
        ]
    }
    return lines
