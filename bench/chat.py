"""What talking costs: messages to many readers, beside the floor of ../shared/tools and matrix-synapse in one run.

    python -m bench.chat [--readers 50 500 2000] [--peers floor hiroba synapse] [--seconds 20] [--cache DIR]

../shared/tools/chatload.py loads each server in turn: every reader listens to one room and hears every message. Hiroba
is asked as its own pages ask it: a session's cookie, the form's address, the live stream of a page that shows the
channel. Its worker, which makes every message findable, is a process of its own and counted apart: neither peer does
that. Eight senders then send as fast as they are answered ("accepted")."""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psutil
from aiohttp import web

from bench.chat_peers import Peer, floor, synapse, wait_for
from tests.journeys.office import ROOT, SHARED, Office, found_office, free_port

IDLE_WORKER = 0.03  # CPU s a second that the worker takes anyhow, looking around
LOAD = SHARED / "tools" / "chatload.py"
PEOPLE = """
import django; django.setup()
import json, sys
from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.middleware.csrf import _get_new_csrf_string
from hiroba.features.conversation.actions import Words, speak
from hiroba.features.conversation.channels import Plan, found_channel
from hiroba.features.conversation.models import ChannelKind
from hiroba.foundation.people.models import Person, Post, Unit
from hiroba.foundation.people.queries import today
unit = Unit.objects.get(code="0402")
logins = [f"u{n:05d}" for n in range(int(sys.argv[1]))]
people = [Person(login=login, name=f"職員 {login}", staff_number=login, password="!") for login in logins]
Person.objects.bulk_create(people)
Post.objects.bulk_create(Post(person=each, unit=unit, title="係員", from_on=today()) for each in people)
cookies = {}
for each in people:
    session = SessionStore()
    session[SESSION_KEY] = str(each.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = each.get_session_auth_hash()
    session.create()
    cookies[each.login] = [session.session_key, _get_new_csrf_string()]
channel = found_channel(people[0], Plan("全庁連絡", "測定", ChannelKind.OPEN))
message = speak(people[0], channel.pk, Words("はじめ"))
print(json.dumps({"cookies": cookies, "channel": channel.pk, "thread": message.thread_id}))
"""


@contextmanager
def hiroba(folder: Path, people: int) -> Iterator[Peer]:
    """Serve an office of its own with so many people, each signed in."""
    office = found_office(folder / "home")
    facts = add_people(office, people)
    command, port = [sys.executable, "-m", "config.command"], str(office.port)
    office.server = subprocess.Popen(
        [*command, "serve", "--no-worker", "--port", port], cwd=ROOT, env=office.environment, start_new_session=True
    )
    worker = subprocess.Popen([*command, "work"], cwd=ROOT, env=office.environment)
    door = CookieDoor(facts["cookies"])
    try:
        wait_for(f"{office.url}/sign-in/")
        say_first(office, facts)
        thread, channel = facts["thread"], facts["channel"]
        config = {
            "user_template": {"name": "u{:05d}", "password": "-", "count": people},
            "login": {"url": door.url, "json": {"username": "{name}"}},
            "auth": "cookie",
            "csrf_cookie": "hiroba_csrf",
            "send": {
                "url": f"{office.url}/threads/{thread}/messages/",
                "json": {"body": "{text}", "key": "{txn}"},
                "form": True,
                "headers": {"Accept": "application/json"},
            },
            "stream": {"kind": "sse", "url": f"{office.url}/live/?show=channel-{channel}"},
        }
        path = folder / "hiroba.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        options = ["--target", "generic", "--base", "", "--config", str(path)]
        yield Peer("hiroba", options, [office.server.pid], psutil.Process(worker.pid))
    finally:
        door.close()
        worker.terminate()
        worker.wait()
        office.stop()


def add_people(office: Office, people: int) -> dict[str, Any]:
    """Add so many people with the cookies of their sessions, a channel, and a thread in it."""
    command = [sys.executable, "-c", PEOPLE, str(people)]
    made = subprocess.run(command, cwd=ROOT, env=office.environment, check=True, capture_output=True, text=True)
    facts: dict[str, Any] = json.loads(made.stdout)
    return facts


def say_first(office: Office, facts: dict[str, Any]) -> None:
    """Say a few things before anything is measured: a server that has just started reads its code and dictionaries."""
    session, token = facts["cookies"]["u00000"]
    headers = {"Cookie": f"hiroba_session={session}; hiroba_csrf={token}", "X-CSRFToken": token}
    for number in range(5):
        data = urlencode({"body": "はじめに", "key": f"first-{number}"}).encode()
        address = f"{office.url}/threads/{facts['thread']}/messages/"
        urlopen(Request(address, data, {**headers, "Accept": "application/json"}), timeout=60).close()


class CookieDoor:
    """Gives the cookies of people who have signed in: 2,000 passwords by Argon2id are another measurement."""

    def __init__(self, cookies: dict[str, list[str]]) -> None:
        self._cookies, port = cookies, free_port()
        self.url = f"http://127.0.0.1:{port}/"
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(port,), daemon=True)
        self._thread.start()
        self._ready.wait(10)

    def close(self) -> None:
        """Stop answering."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self, port: int) -> None:
        asyncio.set_event_loop(self._loop)
        application = web.Application()
        application.router.add_post("/", self._answer)
        runner = web.AppRunner(application)
        self._loop.run_until_complete(runner.setup())
        self._loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", port).start())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())

    async def _answer(self, request: web.Request) -> web.Response:
        session, token = self._cookies[(await request.json())["username"]]
        answer = web.json_response({})
        answer.set_cookie("hiroba_session", session)
        answer.set_cookie("hiroba_csrf", token)
        return answer


def load(peer: Peer, readers: int, seconds: float, rate: float, folder: Path, more: list[str]) -> list[dict[str, Any]]:
    """Load a server and give chatload's lines by phase."""
    out = folder / f"{peer.name}-{readers}.jsonl"
    command = [
        sys.executable, str(LOAD), *peer.options, "--n", str(readers), "--rate", str(rate), "--duration", str(seconds),
        "--sat-duration", str(seconds), "--pid", *map(str, peer.pids), "--out", str(out), "--label", peer.name, *more,
    ]  # fmt: skip
    before, began = peer.worker_cpu(), time.monotonic()
    subprocess.run(command, check=True, stdout=sys.stderr)
    phases = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    sent = sum(phase.get("sent", 0) for phase in phases)
    busy = peer.worker_cpu() - before - IDLE_WORKER * (time.monotonic() - began)
    return [*phases, {"phase": "worker", "ms_a_message": max(0.0, busy) * 1000 / max(1, sent)}]


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, nargs="+", default=[50, 500])
    parser.add_argument("--peers", nargs="+", default=["floor", "hiroba", "synapse"])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "hiroba-bench")
    options = parser.parse_args()
    makers = {
        "floor": lambda folder: floor(folder),
        "hiroba": lambda folder: hiroba(folder, max(options.readers)),
        "synapse": lambda folder: synapse(folder, options.cache),
    }
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for name in options.peers:
        with tempfile.TemporaryDirectory() as folder, makers[name](Path(folder)) as peer:
            for readers in options.readers:
                rate = 1.0 if readers >= 2000 else 2.0
                for phase in load(peer, readers, options.seconds, rate, Path(folder), []):
                    rows[name, readers] = rows.get((name, readers), {}) | {phase["phase"]: phase}
    print(table(rows))


def table(rows: dict[tuple[str, int], dict[str, Any]]) -> str:
    """Put the peers side by side, with what Hiroba takes of each."""
    lines = [
        "| peer | readers | p50/p95 ms | CPU ms a delivery | Hiroba's share | missing | accepted/s, p95 ms "
        "| KB a connection | worker CPU ms a message |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for (name, readers), phases in sorted(rows.items(), key=lambda each: each[0][1]):
        light, idle, sat = phases["light"], phases["idle"], phases.get("sat", {})
        cpu = light["srv_cpu_ms_per_delivery"]
        ours = rows.get(("hiroba", readers), {}).get("light", {}).get("srv_cpu_ms_per_delivery", 0)
        cells = (
            name,
            readers,
            f"{light['p50']:.0f}/{light['p95']:.0f}",
            f"{cpu:.3f}",
            f"{ours / cpu:.2f}" if cpu else "—",
            light["expected"] - light["delivered"],
            f"{sat.get('msgs_s', 0):.0f}, {sat.get('ack_p95', 0):.0f}",
            f"{idle['kb_per_conn']:.0f}",
            f"{phases['worker']['ms_a_message']:.0f}" if name == "hiroba" else "—",
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
