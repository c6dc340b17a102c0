"""`hiroba init` and `hiroba people import`."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from hiroba.features.administration.four_eyes import confirm_import, import_at_the_machine
from hiroba.features.administration.office import create_office
from hiroba.features.administration.slips import write_slips
from hiroba.foundation.changes import journal
from hiroba.foundation.people.importing import plan_import
from hiroba.foundation.people.models import PendingImport
from hiroba.foundation.people.passwords import readable_password
from hiroba.foundation.people.plan import Plan
from hiroba.foundation.people.planning import require_applicable
from hiroba.foundation.people.queries import get_person, today
from hiroba.foundation.people.rows import Problem, parse_day
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.words import say


def init_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the office is called and who looks after it."""
    parser.add_argument("--office", required=True, metavar="NAME")
    parser.add_argument("--admin", required=True, metavar="LOGIN")


def run_init(options: argparse.Namespace) -> dict[str, Any]:
    """Make the office; without HIROBA_ADMIN_PASSWORD a password is made and shown once."""
    given = os.environ.get("HIROBA_ADMIN_PASSWORD", "")
    password = given or readable_password()
    person = create_office(options.office, options.admin, password)
    made = {} if given else {"password": password}
    return {"office": options.office, "home": str(settings.HOME), "admin": person.login, **made}


def say_init(result: dict[str, Any]) -> str:
    """Say that the office is there and how to get in."""
    lines = [f"{result['office']} のひろばができました({result['home']})。管理者: {result['admin']}"]
    if "password" in result:
        lines.append(f"はじめのパスワード: {result['password']}(ここにしか出ません)")
    return "\n".join(lines)


def people_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which file, from which day, and whether to do it or only to show it."""
    parser.add_argument("verb", choices=["import", "waiting", "confirm"])
    parser.add_argument("file", metavar="FILE.csv|ID", nargs="?", default="", help="waiting では書かない")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="confirm: 確かめた管理者")
    parser.add_argument("--on", metavar="DATE", type=_day, help="この日から(書かないときは、きょう)")
    parser.add_argument("--apply", action="store_true", help="変わるところを見るだけでなく、変える")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--all", action="store_true", help="全職員のファイル: ない人は前の日で終わる")
    kind.add_argument("--part", action="store_true", help="異動した人だけのファイル: ない人はそのまま")
    slips = parser.add_mutually_exclusive_group()
    slips.add_argument("--slips", metavar="FILE.html", type=Path, help="はじめの合いことばの紙を書き出す先")
    slips.add_argument("--no-slips", action="store_true", help="はじめの合いことばをつくらない")


def _day(text: str) -> Any:
    day = parse_day(text)
    if day is None:
        raise argparse.ArgumentTypeError(text)
    return day


def run_people(options: argparse.Namespace) -> dict[str, Any]:
    """Show what the file would change, and with --apply do it: all or nothing.

    PEOPLE-33 when the file cannot be opened; with --apply, PEOPLE-20 after each problem on stderr."""
    if options.verb == "waiting":
        return {"waiting": [_waiting(row) for row in PendingImport.objects.filter(outcome=PendingImport.WAITING)]}
    if options.verb == "confirm":
        return _confirm(options)
    is_part = True if options.part else False if options.all else None
    try:
        plan = plan_import(Path(options.file), options.on or today(), is_part)
    except OSError as error:
        raise Refusal("PEOPLE-33", file=str(options.file)) from error
    slips: Path | None = None
    if options.apply:
        slips = _apply(plan, options)
    return report(plan, is_applied=options.apply, slips=slips)


def _waiting(row: PendingImport) -> dict[str, Any]:
    by = row.proposed_by.login if row.proposed_by else ""
    return {"id": row.pk, "on": row.on, "by": by, "at": row.proposed_at, "gains": row.gains}


def _confirm(options: argparse.Namespace) -> dict[str, Any]:
    """Confirm as a second administrator; ADMIN-06 as the first. Whoever sits at the machine can name anybody: the
    journal keeps that it was done here."""
    if not options.file.isdecimal():
        raise Refusal("ACCESS-01")
    with transaction.atomic():
        person = get_person(options.login or "")
        plan, made = confirm_import(person, int(options.file))
        journal.note_now(None, "people.imported", "import", options.file, f"confirmed at the machine as {person.login}")
        slips = write_slips(made, options.slips or _slips_file()) if made and not options.no_slips else None
    return report(plan, is_applied=True, slips=slips)


def _apply(plan: Plan, options: argparse.Namespace) -> Path | None:
    for problem in plan.problems:
        sys.stderr.write(f"{problem.line}行目: {say(problem.code, problem.params)}\n")
    require_applicable(plan)
    with transaction.atomic():
        made = import_at_the_machine(plan, with_slips=not options.no_slips)
        # Inside the transaction: were the slips lost, nobody could sign in.
        return write_slips(made, options.slips or _slips_file()) if made else None


def _slips_file() -> Path:
    return Path(settings.HOME, "slips", f"{timezone.localtime():%Y-%m-%d-%H%M%S}.html")


def report(plan: Plan, is_applied: bool, slips: Path | None) -> dict[str, Any]:
    """Give the plan as JSON data: what changes, and what is wrong or doubtful with its line."""
    return {
        "on": plan.on,
        "applied": is_applied,
        "part": plan.is_part,
        "units": [asdict(change) for change in plan.units],
        "persons": [
            {"step": change.step, "login": change.login, "name": change.name, "fields": dict(change.fields)}
            for change in plan.persons
        ],
        "posts": [asdict(change) for change in plan.posts],
        "warnings": [_problem(problem) for problem in plan.warnings],
        "errors": [_problem(problem) for problem in plan.problems],
        "slips": str(slips) if slips else None,
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {"line": problem.line, "code": problem.code, "params": problem.params}


_STEPS = {
    "new": "新しい",
    "renamed": "名前が変わる",
    "moved": "移る",
    "ended": "終わる",
    "merged": "引き継がれる",
    "changed": "変わる",
    "left": "いなくなる",
    "begun": "始まる",
    "cancelled": "取りやめる",
}


def say_people(result: dict[str, Any]) -> str:
    """Sum the plan up in plain words: counts by kind of change, then what is wrong."""
    if "waiting" in result:
        rows = [f"  {row['id']}: {row['on']} から({row['by']})" for row in result["waiting"]]
        return "\n".join(["ほかの管理者の確認を待っています:", *rows] if rows else ["確認を待つものはありません。"])
    lines = [f"{result['on']} から" + ("、変えました" if result["applied"] else "、次のように変わります")]
    for key, word in (("units", "部署"), ("persons", "職員"), ("posts", "所属")):
        counts: dict[str, int] = {}
        for change in result[key]:
            counts[change["step"]] = counts.get(change["step"], 0) + 1
        said = "、".join(f"{_STEPS[step]} {count}" for step, count in counts.items()) or "変わらない"
        lines.append(f"  {word}: {said}")
    lines += [f"  {row['line']}行目: {row['message']}" for row in result["errors"]]
    lines += [f"  注意: {row['message']}" for row in result["warnings"]]
    if result["slips"]:
        lines.append(f"はじめの合いことばの紙: {result['slips']}(印刷したら消してください)")
    if not result["applied"] and not result["errors"]:
        lines.append("まだ変えていません。変えるには --apply を付けてください。")
    return "\n".join(lines)
