"""What one may read is written out whole: also what was said here and has no file of its own."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from hiroba.features.conversation.actions import Words, speak
from hiroba.features.conversation.channels import Plan, found_channel
from hiroba.features.conversation.models import ChannelKind
from hiroba.features.reading.commands import run_export
from tests.world import World


def test_what_was_said_is_exported_beside_the_files(world: World, tmp_path: Path) -> None:
    world.keep(world.sato, "報告.txt", "予算の文です。")
    channel = found_channel(world.sato, Plan("保育の現場から", "園と窓口", ChannelKind.OPEN))
    message = speak(world.sato, channel.pk, Words("差し戻しは17件でした。"))
    told = run_export(Namespace(folder=tmp_path / "out", login="kimura", query=""))
    assert (told["records"], told["failures"]) == (2, [])
    said = tmp_path / "out" / "files" / f"conversation_{message.thread.record_id}.txt"
    assert said.read_text(encoding="utf-8") == f"[msg={message.pk}] 差し戻しは17件でした。\n"
