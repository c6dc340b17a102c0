"""The names after "@" in a message: whom they mean, found when it is sent and kept with it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hiroba.foundation.access.principals import of_person, of_unit
from hiroba.foundation.people.models import Person, Team
from hiroba.foundation.people.queries import get_tree
from hiroba.foundation.refusal import Refusal

MOST_MENTIONS = 50
# A name, and perhaps a given name after one space; not within a mail address.
_CALLED = re.compile(r"(?<![A-Za-z0-9_.+-])@([\w.\-・]{1,40}(?:[ \u3000]\w{1,20})?)")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # no database takes NUL, and half a character is none


def storable(text: str) -> str:
    """Give a text as it can be kept and sent: NUL is left out, half characters (from JSON) stand as U+FFFD."""
    return _UNSTORABLE.sub(lambda found: "" if found.group() == "\0" else "\ufffd", text)


@dataclass(frozen=True)
class Called:
    """Somebody a text speaks to: the word as typed, the principal, and the name to show."""

    word: str
    principal: str
    name: str


def find_called(text: str) -> list[Called]:
    """Give whom a text speaks to: logins, full names that only one active person has, units and teams by name.
    TALK-05 for more than MOST_MENTIONS; what names nobody is just text."""
    words = dict.fromkeys(match.group(1) for match in _CALLED.finditer(text[:200_000]))
    if len(words) > MOST_MENTIONS:
        raise Refusal("TALK-05", most=MOST_MENTIONS)
    found = [called for word in words if (called := _find(word)) is not None]
    return list({called.word: called for called in found}.values())


def _find(typed: str) -> Called | None:
    """Find the longest beginning of what was typed that names somebody: 「佐藤 花子」 before 「佐藤」."""
    for word in dict.fromkeys((typed, re.split(r"[ \u3000]", typed)[0])):
        if (called := _person(word) or _group(word)) is not None:
            return called
    return None


def _person(word: str) -> Called | None:
    person = Person.objects.filter(login=word, is_active=True).first()
    if person is None:
        namesakes = list(Person.objects.filter(name=word.replace("\u3000", " "), is_active=True)[:2])
        person = namesakes[0] if len(namesakes) == 1 else None
    return Called(word, of_person(person.pk), person.name) if person else None


def _group(word: str) -> Called | None:
    codes = [code for code, name in get_tree().names.items() if name == word]
    if len(codes) == 1:
        return Called(word, of_unit(codes[0]), word)
    team = Team.objects.filter(name=word).first()
    return Called(word, f"team:{team.pk}", word) if team else None
