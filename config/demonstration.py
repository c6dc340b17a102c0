"""`hiroba demo`: みらい区 in an empty home, through the same doors as a real office."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.utils import timezone

from hiroba.foundation.refusal import Refusal

OFFICE = "みらい区"
PASSWORD = "mirai-hiroba"  # noqa: S105 - the demo office's own; of no use elsewhere
# One login for each kind of person; what each is like stands in the guide.
WHO_YOU_CAN_BE = (
    *("kimura", "sato", "nakagawa", "yamamoto", "tanaka", "ogawa"),
    *("mori", "hayashi", "ishii", "endo", "guest", "kondo"),
)


def demo_arguments(parser: argparse.ArgumentParser) -> None:
    """The demo needs nothing to be told."""


def run_demo(options: argparse.Namespace) -> dict[str, Any]:
    """Make the office, its people and its papers, and read and index them; DEMO-01 when the home is in use,
    DEMO-02 when the packages that write office files are not installed."""
    if settings.OFFICE_NAME_FILE.exists():
        raise Refusal("DEMO-01", home=str(settings.HOME))
    try:
        from demo.office import build
    except ImportError as error:
        raise Refusal("DEMO-02") from error
    settings.HOME.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    _say("書類を書いています(1分ほど)")
    folder = settings.HOME / "demo"
    build(folder, timezone.localdate())
    _people(folder)
    _say("取り込んでいます")
    entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    count = _papers(folder / "files", entries)
    # Written last: until now a run that was broken off is simply begun again in an empty home.
    settings.OFFICE_NAME_FILE.write_text(json.dumps({"name": OFFICE}, ensure_ascii=False), encoding="utf-8")
    return {"home": str(settings.HOME), "records": count, "logins": WHO_YOU_CAN_BE, "password": PASSWORD}


def say_demo(result: dict[str, Any]) -> str:
    """Say what is there and how to come in."""
    return (
        f"{OFFICE}ができました({result['records']}件)。\n"
        f"ログイン: {' '.join(result['logins'])}\nパスワード: {result['password']}"
    )


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _people(folder: Path) -> None:
    """Import the personnel file as it will stand, give the demo's logins their password, their teams and roles."""
    from hiroba.foundation.people.importing import apply_import
    from hiroba.foundation.people.models import Membership, Person, RoleGrant, RoleName, Team
    from hiroba.foundation.people.planning import plan_import

    today = timezone.localdate()
    plan = plan_import(folder / "people.csv", today, is_part=False)
    apply_import(plan, None)
    Person.objects.filter(login__in=WHO_YOU_CAN_BE).update(password=make_password(PASSWORD), must_change_password=False)
    began = date(today.year - 1, 4, 1)
    team = Team.objects.get_or_create(name="窓口改善PT")[0]
    for login in ("ogawa", "matsui", "sekine", "takano", "harada"):
        Membership.objects.get_or_create(team=team, person=Person.objects.get(login=login), from_on=began)
    for login, role in (("endo", RoleName.ADMINISTRATOR), ("ishii", RoleName.ARCHIVIST), ("ogawa", RoleName.AUDITOR)):
        RoleGrant.objects.get_or_create(person=Person.objects.get(login=login), role=role, from_on=began)


def _papers(files: Path, entries: Iterable[dict[str, str]]) -> int:
    """Take each section's papers in as whoever keeps them there, for whom the manifest says."""
    from hiroba.connectors.folder import Found
    from hiroba.extract.sandbox import Sandbox
    from hiroba.foundation.access.principals import parse_audience
    from hiroba.foundation.people.models import Person, Unit
    from hiroba.ingest.receiving import open_batch, receive_found
    from hiroba.ingest.working import work_once
    from hiroba.search.indexing import catch_up

    def batch_key(entry: dict[str, str]) -> tuple[str, str, str]:
        return entry["by"], entry["unit"], entry["audience"]

    count = 0
    for (login, code, audience), members in groupby(sorted(entries, key=batch_key), key=batch_key):
        person = Person.objects.get(login=login)
        unit = Unit.objects.get(code=code)
        principals = parse_audience(f"unit:{code}" if audience == "section" else audience, person)
        batch = open_batch(person, f"demo:{code}", principals, title=unit.code, unit=unit)
        for entry in members:
            path = files / entry["path"]
            state = path.stat()
            modified = datetime.fromtimestamp(state.st_mtime, tz=UTC)
            receive_found(batch, Found(path, entry["path"], state.st_size, modified), entry["path"])
            count += 1
    with Sandbox(readers=settings.READERS) as sandbox:
        while work_once(sandbox, settings.READERS * 8):
            pass
    catch_up(600)
    return count
