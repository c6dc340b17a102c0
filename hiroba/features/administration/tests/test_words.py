"""The office's words: typed by an administrator, understood by whatever listens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.test import Client

from hiroba.foundation.changes.models import JournalEntry
from hiroba.language.word_list import load_words
from tests.world import World


def test_what_is_typed_is_kept_as_it_was_and_understood(world: World, settings: Any, tmp_path: Path) -> None:
    settings.WORDS_FILE = tmp_path / "words.txt"
    client = Client()
    client.force_login(world.endo)
    assert 'name="words"' in client.get("/administration/words/").content.decode()
    typed = "公園係,こうえんがかり\r\n# 備考\r\n予備費、よびひ\r\n<script>"
    page = client.post("/administration/words/", {"words": typed}).content.decode()
    assert "3語を覚えています" in page
    assert "<script>\n" not in page and "&lt;script&gt;" in page
    assert [word.written for word in load_words(tmp_path / "words.txt")] == ["公園係", "予備費", "<script>"]
    assert JournalEntry.objects.filter(act="settings.changed", subject="words", detail="words=3").exists()


def test_only_administrators_see_or_change_it(world: World, settings: Any, tmp_path: Path) -> None:
    settings.WORDS_FILE = tmp_path / "words.txt"
    client = Client()
    client.force_login(world.kimura)
    assert client.get("/administration/words/").status_code == 403
    assert client.post("/administration/words/", {"words": "公園係"}).status_code == 403
    assert not (tmp_path / "words.txt").exists()
