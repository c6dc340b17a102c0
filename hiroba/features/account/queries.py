"""What a person sees of their own account."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from hiroba.foundation.access.audiences import say_principal
from hiroba.foundation.access.principals import principals_of
from hiroba.foundation.people.models import Person, Post, SignIn, Token
from hiroba.foundation.people.queries import get_tree, posts_of


@dataclass(frozen=True)
class Own:
    """Who I am here: my posts with the full names of their units, and as whom I may read."""

    posts: list[tuple[Post, str]]
    principals: list[str]


def own_page_of(person: Person) -> Own:
    """Give the person's posts today, main one first, and their principals in plain words."""
    tree = get_tree()
    posts = [(post, tree.full_name(post.unit.code)) for post in posts_of(person)]
    said = [say_principal(name, tree) for name in sorted(principals_of(person)) if not name.startswith("role:")]
    return Own(posts, said)


def sessions_of(person: Person) -> QuerySet[SignIn]:
    """List where the person is signed in now, the latest first."""
    live = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return SignIn.objects.filter(person=person, session_key__in=live).order_by("-seen_at")


def tokens_of(person: Person) -> QuerySet[Token]:
    """List the person's tokens, the newest first."""
    return Token.objects.filter(person=person).order_by("-created_at")
