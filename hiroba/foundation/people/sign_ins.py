"""End sessions and tokens, so that a right that is gone is gone at the next request."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable

from django.contrib.sessions.models import Session
from django.utils import timezone

from hiroba.foundation.people.models import Person, Post, RoleGrant, SignIn, Token, in_force

SEEN_EVERY = dt.timedelta(minutes=5)


def has_place(person: Person, day: dt.date) -> bool:
    """Tell whether the person holds a post or a role on `day`: without either nobody may sign in."""
    return (
        Post.objects.filter(in_force(day), person=person).exists()
        or RoleGrant.objects.filter(in_force(day), person=person).exists()
    )


def may_be_here(person: Person) -> bool:
    """Tell whether somebody who has signed in may go on: whose last post ended yesterday may not, whether or not
    anything has ended their sessions yet."""
    return person.is_active and has_place(person, timezone.localdate())


def who_may_be_here(person_ids: Iterable[int]) -> set[int]:
    """Give those of the persons who may go on, as `may_be_here` judges one."""
    day, active = timezone.localdate(), Person.objects.filter(pk__in=list(person_ids), is_active=True)
    with_post = Post.objects.filter(in_force(day), person__in=active).values_list("person", flat=True)
    with_role = RoleGrant.objects.filter(in_force(day), person__in=active).values_list("person", flat=True)
    return {*with_post, *with_role}


def digest_of(secret: str) -> str:
    """Give what is stored of a long random secret (token, reset code) instead of it."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def find_person_by_token(plain: str) -> Person | None:
    """Give the active person whose token this is, while it has not run out and they hold a post or role today."""
    now = timezone.now()
    token = Token.objects.filter(digest=digest_of(plain), expires_at__gt=now).select_related("person").first()
    if token is None or not token.person.is_active or not has_place(token.person, timezone.localdate(now)):
        return None
    if token.used_at is None or now - token.used_at > SEEN_EVERY:
        Token.objects.filter(pk=token.pk).update(used_at=now)
    return token.person


def note_seen(session_key: str) -> bool:
    """Keep the time a session was last used, at most every five minutes. False when by the clock that has not come yet:
    the clock was set back, nobody knows how long the session has lived, and it is ended."""
    now = timezone.now()
    seen_at = SignIn.objects.filter(session_key=session_key).values_list("seen_at", flat=True).first()
    if seen_at is None:
        return True
    if seen_at - now > SEEN_EVERY:
        end_sign_in(session_key)
        return False
    if now - seen_at > SEEN_EVERY:
        SignIn.objects.filter(session_key=session_key).update(seen_at=now)
    return True


def end_sign_in(session_key: str) -> None:
    """End one session, so that its cookie opens nothing any more."""
    Session.objects.filter(session_key=session_key).delete()
    SignIn.objects.filter(session_key=session_key).delete()


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
