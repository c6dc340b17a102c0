"""Found an office: its home, its name, its database and its first administrator."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from hiroba.foundation.changes import journal, log
from hiroba.foundation.people.models import Person, RoleGrant, RoleName
from hiroba.foundation.people.queries import today
from hiroba.foundation.refusal import Refusal


def create_office(name: str, admin_login: str, password: str) -> Person:
    """Make an empty office in HIROBA_HOME and give its first administrator. OFFICE-02 when one is there already,
    OFFICE-03 when name, login or password is empty. The name is written last: an interrupted init can be repeated."""
    if Path(settings.OFFICE_NAME_FILE).exists():
        raise Refusal("OFFICE-02", home=str(settings.HOME))
    if not (name.strip() and admin_login.strip() and password):
        raise Refusal("OFFICE-03")
    for folder in (settings.HOME, settings.ORIGINALS_DIR, settings.INDEX_DIR, settings.INCOMING_DIR):
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    person = _add_administrator(admin_login.strip(), password)
    _write_name(name.strip())
    return person


@transaction.atomic
def _add_administrator(login: str, password: str) -> Person:
    person, is_new = Person.objects.get_or_create(login=login, defaults={"name": login})
    person.set_password(password)
    person.save()
    if is_new:
        RoleGrant.objects.create(person=person, role=RoleName.ADMINISTRATOR, from_on=today())
        log.record("person.added", "person", person.pk, None)
        journal.note_now(None, "role.granted", "person", person.pk, RoleName.ADMINISTRATOR)
    return person


def _write_name(name: str) -> None:
    target = Path(settings.OFFICE_NAME_FILE)
    handle, draft = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"name": name}, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(target)
