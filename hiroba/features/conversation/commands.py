"""`hiroba talk export`: conversation to take along."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from hiroba.features.conversation.exporting import own_channels, tended_channel, write_export
from hiroba.foundation.changes import journal
from hiroba.foundation.people.queries import get_person
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.frame import office_name

NAME = "talk.zip"


def talk_arguments(parser: argparse.ArgumentParser) -> None:
    """Say where to, as whom, and of which channel."""
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    export = steps.add_parser("export", help="会話を書き出す")
    export.add_argument("folder", metavar="DIR", type=Path)
    export.add_argument("--as", dest="login", required=True, metavar="LOGIN")
    export.add_argument("--channel", type=int, default=0, metavar="ID", help="世話をしているチャンネル1つ")
    export.add_argument("--json", action="store_true", help="JSON で出す")


def run_talk(options: argparse.Namespace) -> dict[str, Any]:
    """Write talk.zip into DIR: the person's own conversations, or a channel they tend. EXPORT-01 when DIR is not empty.
    Noted in the access journal before anything is written."""
    person = get_person(options.login)
    folder: Path = options.folder
    if folder.exists() and any(folder.iterdir()):
        raise Refusal("EXPORT-01", folder=str(folder))
    channels = tended_channel(person, options.channel) if options.channel else own_channels(person)
    journal.note_now(person.pk, "records.exported", subject="channel", subject_id=str(options.channel or ""))
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{NAME}.{os.getpid()}"
    with draft.open("wb") as file:
        counts = write_export(person, channels, file, office_name())
    draft.replace(folder / NAME)
    return {"file": str(folder / NAME), **counts}
