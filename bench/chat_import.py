"""How fast what was said elsewhere comes in, and how fast it is found.

    python -m bench.chat_import [--messages 100000]

A bulk export of Mattermost is written: messages of ordinary length in 20 channels, a third of them answers, some edited
with reactions, by 40 people of the office. It comes in through `bring`, the same door as `hiroba import`, into a
fresh office; then the index follows the log to its end; then the export comes in a second time and changes nothing.
Stored: message in the database, thread, passage, change. Findable: stored and indexed."""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.journeys.office import ROOT

CHANNELS, PEOPLE = 20, 40
WORDS = (
    "一時保育の受付は先月より増えています",
    "電話がつながりにくいとの声があります",
    "窓口は午前が混みます",
    "記入例を一枚作ったところ、差し戻しが減りました",
    "粗大ごみの案内は、はがきの文面を直すことになりました",
    "防災連絡会の資料は共有フォルダに置きました",
    "10月の件数は412件で、9月より11件多いです",
    "添付の表を確認のうえ、金曜日までに返事をお願いします",
    "公園の遊具の点検は来週に延びました",
    "了解しました",
)


def write_export(path: Path, messages: int) -> None:
    """Write the export: the same for the same number."""
    chance = random.Random(20261123)
    joined = [{"name": "mirai", "channels": [{"name": f"c{number}"} for number in range(CHANNELS)]}]
    with path.open("w", encoding="utf-8") as file:

        def put(kind: str, content: object) -> None:
            file.write(json.dumps({"type": kind, kind: content}, ensure_ascii=False) + "\n")

        put("version", 1)
        put("team", {"name": "mirai", "display_name": "みらい区"})
        for number in range(CHANNELS):
            put("channel", {"team": "mirai", "name": f"c{number}", "display_name": f"話題{number}", "type": "P"})
        for number in range(PEOPLE):
            put("user", {"username": f"p{number}", "email": f"p{number}@mirai.example", "teams": joined})
        written, at = 0, 1_700_000_000_000
        while written < messages:
            at += chance.randrange(1_000, 600_000)
            post = _post(chance, at) | {"team": "mirai", "channel": f"c{chance.randrange(CHANNELS)}"}
            count = min(messages - written - 1, chance.choice((0, 0, 0, 1, 1, 2)))
            post["replies"] = [_post(chance, at + (place + 1) * 30_000) for place in range(count)]
            written += 1 + count
            put("post", post)


def _post(chance: random.Random, at: int) -> dict[str, Any]:
    text = "。".join(chance.choices(WORDS, k=chance.choice((1, 1, 2, 3)))) + "。"
    post: dict[str, Any] = {"user": f"p{chance.randrange(PEOPLE)}", "message": text, "create_at": at}
    if chance.random() < 0.05:
        post["edit_at"] = at + 60_000
    if chance.random() < 0.1:
        post["reactions"] = [{"user": f"p{chance.randrange(PEOPLE)}", "emoji_name": "+1", "create_at": at}]
    return post


def measure(export: Path) -> None:
    """Take the export in and index it, in this process and its readers; print a line for each step."""
    import django

    django.setup()
    from hiroba.features.conversation.taking_in import bring
    from hiroba.foundation.people.models import Person
    from hiroba.foundation.people.queries import get_person
    from hiroba.search.indexing import catch_up

    Person.objects.bulk_create(
        Person(login=f"p{number}", name=f"職員 {number}", mail=f"p{number}@mirai.example") for number in range(PEOPLE)
    )
    person = get_person("endo")
    began, begun_cpu = time.monotonic(), _cpu()
    counts = bring(person, export).counts
    stored = time.monotonic() - began
    _say("stored", counts["messages"], stored, _cpu() - begun_cpu)
    catch_up(3600)
    _say("findable", counts["messages"], time.monotonic() - began, _cpu() - begun_cpu)
    began, cpu = time.monotonic(), _cpu()
    again = bring(person, export).counts
    _say("again", again["same"], time.monotonic() - began, _cpu() - cpu)
    print(f"new the second time: {again['messages']}, not taken: {counts['not_taken']}, channels: {counts['channels']}")
    print(f"peak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _cpu() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def _say(what: str, messages: int, seconds: float, cpu: float) -> None:
    rate, by_cpu = messages / seconds, messages / cpu
    took = f"in {seconds:.1f} s: {rate:.0f}/s; CPU {cpu:.1f} s: {by_cpu:.0f} a CPU second"
    print(f"{what:9} {messages} messages {took}", flush=True)


def main() -> None:
    """Found an office, write the export, measure in a process of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--inside", metavar="EXPORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        measure(Path(options.inside))
        return
    folder = Path(tempfile.mkdtemp(prefix="hiroba-chats-bench-"))
    try:
        environment = os.environ | {
            "HIROBA_HOME": str(folder / "home"),
            "HIROBA_ADMIN_PASSWORD": "みらい-ひろば-2026",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        command = [sys.executable, "-m", "config.command", "init", "--office", "みらい区", "--admin", "endo"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        export = folder / "export.jsonl"
        write_export(export, options.messages)
        command = [sys.executable, "-m", "bench.chat_import", "--inside", str(export)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
