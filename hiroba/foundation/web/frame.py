"""What stands around every page: the office, the person, the places, and where one is."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from hiroba.foundation.access.principals import is_administrator
from hiroba.foundation.people.models import Person, RoleName
from hiroba.foundation.people.queries import get_tree, posts_of, role_names_of


@dataclass(frozen=True)
class Place:
    """One of the seven places, or a place below one. `rooms` are the features whose pages lie there."""

    word: StrPromise
    url_name: str
    rooms: tuple[str, ...]
    icon: str = ""
    below: tuple[Place, ...] = ()


# Only what exists is shown: a place without an address is left out, so that nothing leads nowhere.
PLACES = (
    Place(_("きょう"), "today", ("today", "writing"), "today", (Place(_("書く"), "pages", ("writing",)),)),
    Place(
        _("さがす"),
        "search",
        ("finding", "reading", "intake", "browsing", "tray", "forms"),
        "search",
        (
            Place(_("取り込む"), "intake", ("intake",)),
            Place(_("課の受け箱"), "tray", ("tray",)),
            Place(_("様式"), "forms", ("forms",)),
            Place(_("部署から"), "units", ("browsing",)),
        ),
    ),
    Place(_("はなす"), "talk", ("conversation",), "talk"),
)


@dataclass(frozen=True)
class Shown:
    """A place as the rail shows it to one person on one page."""

    word: StrPromise | str
    url: str
    icon: str
    current: str  # "page" (this is it), "true" (we are inside), or ""
    count: int = 0
    below: list[Shown] = field(default_factory=list)


def frame(request: HttpRequest) -> dict[str, object]:
    """Give templates the frame. A view may set `request.counts = {"search": 3}`: what waits for the person there, and
    `request.below = {"talk": [Shown, …]}`: places of their own that stand below one of ours."""
    person: Person | None = getattr(request, "person", None)
    return {
        "office_name": office_name(),
        "person": person,
        "main_unit": lambda: main_unit_name(person),
        "is_administrator": lambda: person is not None and is_administrator(person),
        "is_auditor": lambda: person is not None and RoleName.AUDITOR in role_names_of(person),
        "places": lambda: shown_places(request),
    }


def office_name() -> str:
    """Give the office's name as `hiroba init` stored it, or "" before that."""
    path = Path(settings.OFFICE_NAME_FILE)
    try:
        return _read_name(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError):
        return ""


@lru_cache(maxsize=4)
def _read_name(path: Path, changed_at: int) -> str:
    return str(json.loads(path.read_text(encoding="utf-8"))["name"])


def main_unit_name(person: Person | None) -> str:
    """Give the name of the section (課) of the person's main post, or "" without one."""
    post = posts_of(person).first() if person else None
    if post is None:
        return ""
    tree = get_tree()
    return tree.name(tree.section(post.unit.code))


def current_room(request: HttpRequest) -> str:
    """Give the feature that answers this request: finding, intake …"""
    match = request.resolver_match
    module = getattr(match.func, "__module__", "") if match else ""
    return module.split(".")[2] if module.startswith("hiroba.features.") else ""


def shown_places(request: HttpRequest) -> list[Shown]:
    """List the places that exist, with where we are; places below one are shown while we are in it."""
    counts: dict[str, int] = getattr(request, "counts", {})
    below: dict[str, list[Shown]] = getattr(request, "below", {})
    shown = _shown(PLACES, request.path, current_room(request), counts)
    own = {reverse(name): places for name, places in below.items()}
    return [replace(each, below=[*each.below, *own.get(each.url, [])]) for each in shown]


def _shown(places: tuple[Place, ...], path: str, room: str, counts: dict[str, int]) -> list[Shown]:
    found = []
    for place in places:
        try:
            url = reverse(place.url_name)
        except NoReverseMatch:
            continue
        current = "page" if url == path else "true" if room in place.rooms else ""
        below = _shown(place.below, path, room, counts)
        found.append(Shown(place.word, url, place.icon, current, counts.get(place.url_name, 0), below))
    return found
