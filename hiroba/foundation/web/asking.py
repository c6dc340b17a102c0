"""Who asks, and the note of it in the access journal."""

from __future__ import annotations

from django.http import HttpRequest

from hiroba.foundation.changes import journal
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.queries import posts_of, role_names_of
from hiroba.foundation.refusal import Refusal


def person_of(request: HttpRequest) -> Person:
    """Give the signed-in person; the middleware lets nobody else through to a room."""
    person = getattr(request, "person", None)
    if not isinstance(person, Person):
        raise Refusal("ACCESS-01")
    return person


# What only looks may be written within a second; whatever changes something, or is done by whoever holds a role, is
# written before the answer.
LOOKS = frozenset(
    {
        "search.made",
        "record.read",
        "record.refused",
        "record.explained",
        "original.downloaded",
        "page.read",
        "channel.read",
        "thread.read",
        "draft.read",
        "recording.played",
    }
)


def note(
    request: HttpRequest,
    act: str,
    subject: str = "",
    subject_id: int | str = "",
    detail: str = "",
    result: str = "",
) -> None:
    """Write who did what to the access journal: looks of staff within a second, everything else before the answer."""
    person = person_of(request)
    write = journal.note if act in LOOKS and not role_names_of(person) else journal.note_now
    write(
        person.pk,
        act,
        subject=subject,
        subject_id=str(subject_id),
        detail=detail,
        address=str(request.META.get("REMOTE_ADDR", "")),
        post=post_line(person),
        result=result,
    )


def note_refusal(request: HttpRequest, refusal: Refusal) -> None:
    """Write down that somebody asked for what they may not have. A hidden and a missing thing are noted alike."""
    if refusal.code not in ("ACCESS-01", "ACCESS-02") or not isinstance(getattr(request, "person", None), Person):
        return
    match = request.resolver_match
    ids = [f"{name}={value}" for name, value in match.kwargs.items()] if match else []
    record = match.kwargs.get("record_id", "") if match else ""
    where = " ".join([request.method or "", match.view_name if match else "", *ids])
    note(request, "record.refused", "record" if record else "", record, where, refusal.code)


def post_line(person: Person) -> str:
    """Give the person's main unit code and title now, as the journal keeps them."""
    post = posts_of(person).first()
    return f"{post.unit.code} {post.title}".strip() if post else ""
