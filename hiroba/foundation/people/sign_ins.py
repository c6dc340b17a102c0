"""End sessions and tokens, so that a right that is gone is gone at the next request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.contrib.sessions.models import Session

from hiroba.foundation.people.models import Person, Post, RoleGrant, SignIn, Token, in_force


def has_place(person: Person, day: dt.date) -> bool:
    """Tell whether the person holds a post or a role on `day`: without either nobody may sign in."""
    return (
        Post.objects.filter(in_force(day), person=person).exists()
        or RoleGrant.objects.filter(in_force(day), person=person).exists()
    )


def end_sign_ins(person_ids: Iterable[int], but: str = "") -> int:
    """Sign the persons out of every browser except the session `but`; give how many sessions that were."""
    ended = SignIn.objects.filter(person_id__in=list(person_ids)).exclude(session_key=but)
    keys = list(ended.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    ended.delete()
    return len(keys)


def end_tokens(person_ids: Iterable[int]) -> int:
    """Make every personal token of the persons worthless; give how many that were."""
    return Token.objects.filter(person_id__in=list(person_ids)).delete()[0]


def end_for_leavers(person_ids: Iterable[int], day: dt.date) -> None:
    """End sessions and tokens of those who hold neither post nor role on `day`."""
    ids = set(person_ids)
    ids -= set(Post.objects.filter(in_force(day), person_id__in=ids).values_list("person_id", flat=True))
    ids -= set(RoleGrant.objects.filter(in_force(day), person_id__in=ids).values_list("person_id", flat=True))
    end_sign_ins(ids)
    end_tokens(ids)
