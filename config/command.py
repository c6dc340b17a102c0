"""The `hiroba` command: finds the room that answers, prints one JSON document or plain words, exits 0, 1 or 2."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple


class Spec(NamedTuple):
    """Where a command lives: `arguments(parser)` and `run(options)` of a module, and its one-line help."""

    module: str
    arguments: str
    run: str
    help: str


COMMANDS: dict[str, Spec] = {
    "init": Spec("hiroba.features.administration.commands", "init_arguments", "run_init", "庁内の入れ物をつくる"),
    "people": Spec("hiroba.features.administration.commands", "people_arguments", "run_people", "職員と部署を取り込む"),
    "import": Spec("hiroba.features.intake.commands", "import_arguments", "run_import", "ファイルやフォルダを取り込む"),
    "export": Spec("hiroba.features.reading.commands", "export_arguments", "run_export", "読めるものを書き出す"),
    "talk": Spec("hiroba.features.conversation.commands", "talk_arguments", "run_talk", "会話を書き出す"),
    "source": Spec(
        "hiroba.features.administration.commands_sources", "source_arguments", "run_source", "外の取り込み元を扱う"
    ),
    "mail": Spec("hiroba.features.administration.commands_sources", "mail_arguments", "run_mail", "試しのメールを送る"),
    "search": Spec("hiroba.features.finding.commands", "search_arguments", "run_search", "さがす"),
    "extract": Spec("hiroba.extract.command", "arguments", "run", "ファイルの文と場所を読む(データベース不要)"),
    "forms": Spec("hiroba.features.forms.commands", "forms_arguments", "run_forms", "様式の記入票を読み、書き出す"),
    "versions": Spec("hiroba.features.versions.commands", "versions_arguments", "run_versions", "ほかの版の見つけ直し"),
    "tables": Spec("hiroba.features.systems.commands", "tables_arguments", "run_tables", "業務システムの表と列"),
    "serve": Spec("config.processes", "serve_arguments", "run_serve", "画面を出す(受け取りの係も動かす)"),
    "work": Spec("config.processes", "work_arguments", "run_work", "受け取りと索引の係だけを動かす"),
    "demo": Spec("config.demonstration", "demo_arguments", "run_demo", "試すための「みらい区」をつくる"),
    "doctor": Spec("hiroba.features.administration.doctor", "doctor_arguments", "run_doctor", "傷みがないか調べる"),
    "backup": Spec("hiroba.features.administration.backup", "backup_arguments", "run_backup", "控えをとる"),
    "restore": Spec("hiroba.features.administration.backup", "restore_arguments", "run_restore", "控えから戻す"),
}
_CODE = re.compile(r"[A-Z]+-\d\d")
# These make the office's home themselves; every other one needs it to be there.
WITHOUT_OFFICE = {"init", "extract", "demo", "restore"}


def main(argv: list[str] | None = None) -> None:
    """Run one command and exit by the contract: 0 done, 2 wrong usage, 1 nothing could be done."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.umask(0o077)  # database, index, originals and exports are the office's: nobody else on the machine reads them
    arguments = sys.argv[1:] if argv is None else argv
    options = _parser(arguments).parse_args(arguments)
    import django

    django.setup()
    from hiroba.foundation.refusal import Refusal
    from hiroba.foundation.web.words import say

    try:
        _require_office(options.command)
        _print(COMMANDS[options.command], options)
    except Refusal as refusal:
        print(f"hiroba: {say(refusal.code, refusal.params)}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        os._exit(0)


def _parser(arguments: list[str]) -> argparse.ArgumentParser:
    """Build the parser; only the command that was asked for is imported."""
    parser = argparse.ArgumentParser(prog="hiroba", description="ひろば")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    asked = next((word for word in arguments if not word.startswith("-")), "")
    for name, spec in COMMANDS.items():
        sub = subparsers.add_parser(name, help=spec.help, description=spec.help)
        if name == asked:
            if spec.module != "hiroba.extract.command":
                import django

                django.setup()
            getattr(importlib.import_module(spec.module), spec.arguments)(sub)
        if not any("--json" in action.option_strings for action in sub._actions):
            sub.add_argument("--json", action="store_true", help="JSON で出す")
    return parser


def _require_office(command: str) -> None:
    from django.conf import settings

    from hiroba.foundation.refusal import Refusal

    if command not in WITHOUT_OFFICE and not settings.OFFICE_NAME_FILE.exists():
        raise Refusal("OFFICE-01", home=str(settings.HOME))


def _print(spec: Spec, options: argparse.Namespace) -> None:
    module = importlib.import_module(spec.module)
    result = getattr(module, spec.run)(options)
    if isinstance(result, Iterator):
        for document in result:
            print(json.dumps(_with_words(document), ensure_ascii=False, default=str), flush=True)
    elif result is not None:
        say_plainly = getattr(module, f"say_{spec.run.removeprefix('run_')}", None)
        if options.json or say_plainly is None:
            print(json.dumps(_with_words(result), ensure_ascii=False, default=str))
        else:
            print(say_plainly(_with_words(result)))


def _with_words(value: Any) -> Any:
    """Give every code in a result its sentence, so that rooms without Django can speak in codes alone."""
    from hiroba.foundation.web.words import say

    if isinstance(value, list):
        return [_with_words(each) for each in value]
    if not isinstance(value, dict):
        return value
    said = {key: _with_words(each) for key, each in value.items() if key != "params"}
    if _CODE.fullmatch(str(value.get("code"))) and "message" not in value:  # a unit has a code too, of another kind
        said["message"] = say(value["code"], value.get("params") or {})
    return said


if __name__ == "__main__":
    main()
