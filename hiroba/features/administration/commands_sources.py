"""`hiroba source`: the places outside from which things come, for scripts."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from hiroba.features.administration.actions_sources import Wish, add_source, remove_source, switch_source
from hiroba.features.administration.identities import import_identities
from hiroba.features.administration.sources import row_of
from hiroba.foundation.mailing import send_mail
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Source
from hiroba.ingest.sources import KINDS, visit_source


def mail_arguments(parser: argparse.ArgumentParser) -> None:
    """Say to whom the trial goes."""
    parser.add_argument("verb", choices=["test"])
    parser.add_argument("address", metavar="ADDRESS")


def run_mail(options: argparse.Namespace) -> dict[str, Any]:
    """Send a trial letter, to see whether the settings for mail are right. SEND-01 … 04 when it could not be sent."""
    send_mail(
        options.address, gettext("ひろば: 試しのメール"), gettext("このメールが届けば、メールの設定はできています。")
    )
    return {"sent": options.address}


def say_mail(result: dict[str, Any]) -> str:
    """Say that it was handed over."""
    return f"{result['sent']} に送りました。届いたかを確かめてください。"


def source_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what to do with which source."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("list", help="取り込み元の一覧と、前のようす")
    verbs.add_parser("kinds", help="取り込み元の種類と、要る設定")
    add = verbs.add_parser("add", help="取り込み元を加える")
    add.add_argument("kind", metavar="KIND")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--as", dest="login", required=True, metavar="LOGIN", help="責任者")
    add.add_argument("--audience", default="section", help="section|unit:CODE|team:NAME|person:LOGIN")
    add.add_argument("--every", type=int, default=0, metavar="SECONDS")
    add.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", type=_pair)
    add.add_argument(
        "--secret",
        action="append",
        default=[],
        metavar="KEY=VARIABLE",
        type=_pair,
        help="環境変数から。- は標準入力の1行",
    )
    table = verbs.add_parser("identities", help="ファイルサーバーの人とグループの対応を、CSV から取り込む")
    table.add_argument("file", metavar="FILE.csv", type=Path)
    for verb, words in (
        ("run", "いま取りに行く"),
        ("on", "動かす"),
        ("off", "止める"),
        ("remove", "外す(届いたものは残る)"),
    ):
        verbs.add_parser(verb, help=words).add_argument("name", metavar="NAME")
    for each in verbs.choices.values():
        each.add_argument("--json", action="store_true", help="JSON で出す", default=argparse.SUPPRESS)


def _pair(text: str) -> tuple[str, str]:
    key, found, value = text.partition("=")
    if not found or not key:
        raise argparse.ArgumentTypeError(text)
    return key, value


def run_source(options: argparse.Namespace) -> dict[str, Any]:
    """Do it. SOURCE-13 for a name that is not there; `run` tells a failed visit by its code, and exits 0."""
    if options.verb == "kinds":
        return {"kinds": [_kind_row(name) for name in KINDS]}
    if options.verb == "list":
        return {"sources": [report(source) for source in Source.objects.select_related("person").order_by("name")]}
    if options.verb == "add":
        return {"sources": [report(_add(options))]}
    if options.verb == "identities":
        return {"identities": _take_table(options.file)}
    source = _named(options.name)
    if options.verb == "remove":
        remove_source(None, source.pk)
        return {"sources": []}
    if options.verb == "run":
        visit_source(source)
    else:
        source = switch_source(None, source.pk, options.verb == "on")
    return {"sources": [report(source)]}


def _take_table(file: Path) -> int:
    try:
        return import_identities(None, file.read_bytes())
    except OSError as error:
        raise Refusal("INGEST-08") from error


def _add(options: argparse.Namespace) -> Source:
    known = KINDS.get(options.kind)
    names = {each.name for each in known.fields} if known else set()
    for key, _value in [*options.set, *options.secret]:
        if known and key not in names:
            raise Refusal("SOURCE-04", field=key)
    wish = Wish(
        name=options.name,
        login=options.login,
        audience=options.audience,
        every_seconds=options.every,
        settings=dict(options.set),
        secrets={key: _secret(variable) for key, variable in options.secret},
    )
    return add_source(None, options.kind, wish)


def _secret(variable: str) -> str:
    """Read a secret from where the list of processes and the shell's history do not show it."""
    value = sys.stdin.readline().rstrip("\r\n") if variable == "-" else os.environ.get(variable, "")
    if not value:
        raise Refusal("SOURCE-12", name=variable)
    return value


def _named(name: str) -> Source:
    source = Source.objects.select_related("person", "unit").filter(name=name).first()
    if source is None:
        raise Refusal("SOURCE-13", name=name)
    return source


def _kind_row(name: str) -> dict[str, Any]:
    fields = [
        {"name": each.name, "label": str(each.label), "required": each.is_required, "secret": each.is_secret}
        for each in KINDS[name].fields
    ]
    return {"kind": name, "label": str(KINDS[name].label), "fields": fields}


def report(source: Source) -> dict[str, Any]:
    """Give a source as JSON data; `code` is what its last visit said, "" when it went well."""
    row = row_of(source)
    return {
        "name": source.name,
        "kind": source.kind,
        "as": source.person.login,
        "audience": row.audience,
        "on": source.is_on,
        "settings": source.settings,
        "every_seconds": source.every_seconds,
        "last_visited_at": source.last_visited_at,
        "received": source.last_count,
        "failures": source.failures,
        "code": source.last_code,
        "params": source.last_params,
    }


def say_source(result: dict[str, Any]) -> str:
    """Say it in a line each."""
    if "identities" in result:
        return f"{result['identities']}件を決めました。"
    if "kinds" in result:
        return "\n".join(
            f"{row['kind']}  {row['label']}  " + " ".join(field["name"] for field in row["fields"])
            for row in result["kinds"]
        )
    return "\n".join(_line(row) for row in result["sources"])


def _line(row: dict[str, Any]) -> str:
    state = "×" if row["code"] else "○" if row["on"] else "-"
    said = row.get("message", "") or f"{row['received']}件"
    return f"{state} {row['name']}({row['kind']}) {row['as']} {row['audience']} {said}"
