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


def note(request: HttpRequest, act: str, subject: str = "", subject_id: int | str = "", detail: str = "") -> None:
    """Write who did what to the access journal: batched for staff, before the answer for whoever holds a role."""
    person = person_of(request)
    write = journal.note_now if role_names_of(person) else journal.note
    write(
        person.pk,
        act,
        subject=subject,
        subject_id=str(subject_id),
        detail=detail,
        address=str(request.META.get("REMOTE_ADDR", "")),
        post=post_line(person),
    )


def post_line(person: Person) -> str:
    """Give the person's main unit code and title now, as the journal keeps them."""
    post = posts_of(person).first()
    return f"{post.unit.code} {post.title}".strip() if post else ""
