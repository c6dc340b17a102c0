"""What an administrator does to sources: where things come from outside, who stands for them, and for whom they begin.

Nobody gets to read anything by it: what comes belongs to whoever stands for the source, and begins no wider than what
that person could read. Whoever runs the machine (`actor` None) may do the same by command."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from hiroba.foundation.access.audiences import find_or_add_audience
from hiroba.foundation.access.principals import parse_audience, require_role
from hiroba.foundation.changes import journal
from hiroba.foundation.people.models import Person, RoleName, Unit
from hiroba.foundation.people.queries import get_person, section_of
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.secret_files import forget_secret, has_secret, keep_secret
from hiroba.ingest.models import Source
from hiroba.ingest.sources import Field, SourceKind, forget_removed, kind_named, may_give, secret_name

# An address with a password in it: settings are kept in the database and shown, passwords apart from both.
_WITH_PASSWORD = re.compile(r"://[^/@]*:[^/@]*@|[?&]password=", re.IGNORECASE)
# Settings that say where a password goes.
_WHERE = frozenset({"host", "port", "security", "encryption", "url", "login_url", "proxy"})
LEAST_SECONDS, MOST_SECONDS = 10, 7 * 86_400


@dataclass(frozen=True)
class Wish:
    """What is wanted of a source. A secret left empty stays as it was."""

    name: str
    login: str
    audience: str = "section"
    every_seconds: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def add_source(actor: Person | None, kind_name: str, wish: Wish) -> Source:
    """Add a source and have it visited at once. SOURCE-04 for a setting that makes no sense, SOURCE-08 for a name that
    is taken, SOURCE-11 when the audience is wider than what its person may give, PEOPLE-01 for an unknown login."""
    _require(actor)
    now = timezone.now()
    source = Source(kind=kind_named(kind_name).name, created_at=now, due_at=now)
    return _write(actor, source, wish, "source added")


@transaction.atomic
def revise_source(actor: Person | None, source_id: int, wish: Wish) -> Source:
    """Change a source, with the refusals of `add_source`; what came already stays as it is. It is visited anew."""
    source = _locked(actor, source_id)
    source.due_at, source.failures, source.is_told = timezone.now(), 0, False
    return _write(actor, source, wish, "source changed")


def _write(actor: Person | None, source: Source, wish: Wish, detail: str) -> Source:
    kind = kind_named(source.kind)
    person = get_person(wish.login.strip())
    principals = parse_audience(wish.audience, person)
    if not may_give(person, principals):
        raise Refusal("SOURCE-11")
    source.name = wish.name.strip()[:100]
    if not source.name:
        raise Refusal("SOURCE-04", field="name")
    if Source.objects.filter(name=source.name).exclude(pk=source.pk).exists():
        raise Refusal("SOURCE-08", name=source.name)
    settings = checked_settings(kind, wish.settings)
    _require_passwords_anew(kind, source, settings, wish.secrets)
    source.settings = settings
    source.person, source.unit = person, _unit_of(principals, person)
    source.audience = find_or_add_audience(principals)
    source.every_seconds = min(max(wish.every_seconds or kind.every_seconds, LEAST_SECONDS), MOST_SECONDS)
    source.save()
    for each in kind.fields:
        if each.is_secret and wish.secrets.get(each.name):
            keep_secret(secret_name(source.pk, each.name), wish.secrets[each.name])
    journal.note_now(actor.pk if actor else None, "settings.changed", "source", source.pk, detail)
    return source


def _require_passwords_anew(
    kind: SourceKind, source: Source, settings: Mapping[str, str], secrets: Mapping[str, str]
) -> None:
    """Refuse with SOURCE-04 to send a password that was given for one place to another, or less well guarded: whoever
    changes a source never saw it, and could have it told to a machine of their own."""
    known = {each.name: str(source.settings.get(each.name, each.default)) for each in kind.fields}
    if source.pk is None or all(known[name] == value for name, value in settings.items() if name in _WHERE):
        return
    for each in kind.fields:
        if each.is_secret and not secrets.get(each.name) and has_secret(secret_name(source.pk, each.name)):
            raise Refusal("SOURCE-04", field=str(each.label))


def checked_settings(kind: SourceKind, given: Mapping[str, str]) -> dict[str, str]:
    """Give the settings a kind knows, each checked; SOURCE-04 names the first that makes no sense."""
    return {each.name: _checked(each, given.get(each.name, "").strip()) for each in kind.fields if not each.is_secret}


def _checked(asked: Field, value: str) -> str:
    value = value or asked.default
    is_wrong = (
        (asked.is_required and not value)
        or (asked.is_number and value and not value.isdecimal())
        or (asked.choices and value not in dict(asked.choices))
        or _WITH_PASSWORD.search(value)
    )
    if is_wrong:
        raise Refusal("SOURCE-04", field=str(asked.label))
    return value


def _unit_of(principals: frozenset[str], person: Person) -> Unit | None:
    """Give the unit the records belong to: the one unit they are for, else the section of whoever stands for them."""
    codes = [each.removeprefix("unit:") for each in principals if each.startswith("unit:")]
    code = codes[0] if len(codes) == 1 else section_of(person)
    return Unit.objects.filter(code=code).first()


@transaction.atomic
def switch_source(actor: Person | None, source_id: int, is_on: bool) -> Source:
    """Let a source be visited, or not any more. Switched on, it is visited at once."""
    source = _locked(actor, source_id)
    source.is_on, source.due_at = is_on, timezone.now()
    source.save(update_fields=["is_on", "due_at"])
    detail = "source on" if is_on else "source off"
    journal.note_now(actor.pk if actor else None, "settings.changed", "source", source.pk, detail)
    return source


@transaction.atomic
def ask_for_visit(actor: Person | None, source_id: int) -> Source:
    """Have a source visited as soon as the worker looks, in a few seconds."""
    source = _locked(actor, source_id)
    source.due_at = timezone.now()
    source.save(update_fields=["due_at"])
    return source


@transaction.atomic
def remove_source(actor: Person | None, source_id: int) -> None:
    """Forget a source with its secrets and what its visits left on the disk. What came from it stays, and belongs to
    whom it belonged."""
    source = _locked(actor, source_id)
    for each in kind_named(source.kind).fields:
        if each.is_secret:
            forget_secret(secret_name(source.pk, each.name))
    journal.note_now(actor.pk if actor else None, "settings.changed", "source", source.pk, "source removed")
    source.delete()
    transaction.on_commit(forget_removed)


def _require(actor: Person | None) -> None:
    if actor is not None:
        require_role(actor, RoleName.ADMINISTRATOR)


def _locked(actor: Person | None, source_id: int) -> Source:
    _require(actor)
    source = Source.objects.select_for_update().filter(pk=source_id).first()
    if source is None:
        raise Refusal("ACCESS-01")
    return source
