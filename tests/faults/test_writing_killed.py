"""Fault 2, for pages: kill -9 while several type in one page; no sentence that was acknowledged is lost or doubled."""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
import time
from dataclasses import dataclass, field

from tests.faults.calling import Answer, Caller
from tests.journeys.office import Office

WRITERS = ("kimura", "sato", "nakagawa", "kimura")  # one of them on two devices
KILLS = 2


@dataclass
class Writer:
    """Somebody whose page sends each sentence, and the same save again until it is answered, as keeping.js does."""

    caller: Caller
    name: str
    address: str
    stop: threading.Event
    base: str = ""
    acknowledged: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Write one sentence after the other at the end of the block all share, and one into a block of their own."""
        number = 0
        while not self.stop.is_set():
            sentence = f"{self.name}の{number}番目の文。"
            own = self._save(f"{self.name}-own-{number}", f"own-{self.name}-{number}", "", f"自分の{sentence}")
            shared = self._save(f"{self.name}-{number}", "shared", self.base, f"{self.base}{sentence}")
            if own is None or shared is None:
                return
            self.base = str(shared["text"])
            self.acknowledged += [sentence, f"自分の{sentence}"]
            number += 1

    def _save(self, save: str, key: str, base: str, text: str) -> dict[str, object] | None:
        body = {"save": save, "key": key, "base": base, "text": text, "after": None}
        while not self.stop.is_set():
            try:
                answer = self._post(json.dumps(body).encode())
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            if answer.status == 200:
                return dict(answer.json())
            assert answer.status >= 500, answer.text
        return None

    def _post(self, body: bytes) -> Answer:
        request = self.caller._request(f"{self.address}blocks/", body, {"Content-Type": "application/json"})
        return self.caller._send(request)


def begin(caller: Caller) -> str:
    """Begin a page that the section writes; give its address."""
    answer = caller.post("/pages/new/", {"title": "いっしょに書く", "outline": ""})
    assert answer.status == 302, answer.text
    address = str(answer.headers["Location"])
    assert caller.post(f"{address}sharing/", {"audience": "section"}).status == 302
    return address


def wait_for_more(writers: list[Writer], more: int) -> None:
    """Wait until each has written so much more than now."""
    wanted = [len(writer.acknowledged) + more for writer in writers]
    until = time.monotonic() + 90
    while any(len(w.acknowledged) < n for w, n in zip(writers, wanted, strict=True)) and time.monotonic() < until:
        time.sleep(0.05)


def kill_while_they_write(office: Office, writers: list[Writer]) -> None:
    """Let all write at once, and kill the server at moments nobody chose."""
    threads = [threading.Thread(target=writer.run, daemon=True) for writer in writers]
    for thread in threads:
        thread.start()
    chance = random.Random(20261123)
    for _ in range(KILLS):
        wait_for_more(writers, 4)
        time.sleep(chance.random() / 2)
        office.kill()
        office.serve()
    wait_for_more(writers, 4)
    writers[0].stop.set()
    for thread in threads:
        thread.join(timeout=60)


def test_2_no_sentence_that_was_acknowledged_is_lost_or_doubled_when_the_server_is_killed(own_office: Office) -> None:
    own_office.serve()
    stop, address = threading.Event(), begin(Caller(own_office, "kimura"))
    writers = [Writer(Caller(own_office, login), f"{login}{n}", address, stop) for n, login in enumerate(WRITERS)]
    kill_while_they_write(own_office, writers)
    rows = Caller(own_office, "sato").get(f"{address}changes/?since=0").json()["blocks"]
    said = "\n".join(row["text"] for row in rows)
    acknowledged = [sentence for writer in writers for sentence in writer.acknowledged]
    assert len(acknowledged) > 40
    counts = {sentence: len(re.findall(rf"(?<!自分の){sentence}", said)) for sentence in acknowledged}
    assert {sentence: count for sentence, count in counts.items() if count != 1} == {}
