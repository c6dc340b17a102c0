"""Pages for scripts: rooms meet only out here, so the token and the page do too."""

from __future__ import annotations

from django.test import Client

from hiroba.features.account.actions import add_token
from tests.world import World


def test_a_script_posts_a_page_reads_it_and_writes_it_on(world: World) -> None:
    client, headers = Client(), {"Authorization": f"Bearer {add_token(world.kimura, 'script')}"}
    said = {"title": "手順", "text": "## 目的\n\n早く。", "audience": "section"}
    made = client.post("/api/pages", said, headers=headers, content_type="application/json").json()
    assert (made["title"], made["revision"], made["text"]) == ("手順", 1, "## 目的\n\n早く。")
    change = {"base": made["text"], "text": made["text"] + "\n\n確かに。"}
    address = f"/api/pages/{made['record']}"
    assert client.put(address, change, headers=headers, content_type="application/json").json()["revision"] == 2
    assert client.get(address, headers=headers).json()["text"] == "## 目的\n\n早く。\n\n確かに。"
    other = {"Authorization": f"Bearer {add_token(world.kondo, 'script')}"}
    assert client.get(address, headers=other).status_code == 404
