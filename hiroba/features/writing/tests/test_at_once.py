"""Saves at the same moment, on both databases: each is there once, and the versions tell every page what it missed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from hiroba.features.writing import actions, queries
from hiroba.features.writing.actions import Typed
from hiroba.features.writing.models import Block
from hiroba.foundation.access.principals import EVERYONE
from tests.world import build_world

SAVES = 6


def test_saves_at_the_same_moment_are_all_there_once(either_database: object) -> None:
    world = build_world()
    draft = actions.start_draft(world.kimura, "いっしょに", [("はじめ。", "")])
    actions.share_draft(world.kimura, draft.pk, frozenset({EVERYONE}))

    def write(login: str) -> None:
        base = ""
        try:
            for number in range(SAVES):
                text = f"{base}{login}の{number}。"
                typed = Typed(f"{login}-{number}", "shared", base, text, "title")
                base = actions.save_block(world.people[login], draft.pk, typed).text
                again = actions.save_block(world.people[login], draft.pk, typed)  # its answer was lost on the way
                assert f"{login}の{number}。" in again.text
                base = again.text
        finally:
            connection.close()

    logins = ("kimura", "sato", "kondo", "ogawa")
    with ThreadPoolExecutor(max_workers=len(logins)) as pool:
        list(pool.map(write, logins))
    (block,) = Block.objects.filter(draft=draft, key="shared")
    for login in logins:
        for number in range(SAVES):
            assert block.text.count(f"{login}の{number}。") == 1, block.text
    found = queries.changes_since(world.kimura, draft.pk, 0)
    assert found["version"] == block.version
    assert queries.get_draft(world.kimura, draft.pk).version == block.version
