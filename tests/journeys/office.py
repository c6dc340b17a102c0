"""A whole office for a journey: a home of its own, the server and the worker as processes, real files."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from pptx import Presentation

from hiroba.extract.tests.making import docx, p

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
PASSWORD = "みらい-ひろば-2026"
_FOUND_OFFICE = """
import django; django.setup()
import sys
from django.core.management import call_command
from django.conf import settings
settings.HOME.mkdir(parents=True, exist_ok=True)
call_command("migrate", verbosity=0)
from tests.world import build_world
from hiroba.foundation.people.models import Person
from django.contrib.auth.hashers import make_password
build_world()
Person.objects.update(password=make_password(sys.argv[1]))
settings.OFFICE_NAME_FILE.write_text('{"name": "みらい区"}', encoding="utf-8")
"""


@dataclass
class Office:
    """An office that runs: its home, its address and its commands."""

    home: Path
    port: int
    server: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Give the address of its pages."""
        return f"http://127.0.0.1:{self.port}"

    def command(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run `hiroba` with these arguments in this office."""
        return subprocess.run(
            [sys.executable, "-m", "config.command", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def json(self, *arguments: str) -> dict[str, Any]:
        """Run a command that must succeed, and give its document."""
        done = self.command(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def serve(self) -> None:
        """Start server and worker, and wait until they answer."""
        self.server = subprocess.Popen(
            [sys.executable, "-m", "config.command", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/sign-in/", timeout=2):
                    return
            except OSError:
                time.sleep(0.2)
        raise TimeoutError("the server does not answer")

    def kill(self) -> None:
        """End everything of this office at once, as a power cut would."""
        if self.server is not None:
            os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait()
            self.server = None

    def stop(self) -> None:
        """End the server as an operator would."""
        if self.server is not None:
            self.server.send_signal(signal.SIGTERM)
            try:
                self.server.wait(timeout=20)
            finally:
                self.kill_rest()

    def kill_rest(self) -> None:
        """Leave no process behind, whatever happened."""
        if self.server is not None and self.server.poll() is None:
            self.kill()
        self.server = None


def free_port() -> int:
    """Give a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def found_office(home: Path) -> Office:
    """Make the small ward office of tests/world.py in `home`, with passwords, not yet serving."""
    port = free_port()
    environment = {**os.environ, "HIROBA_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment.pop("HIROBA_DATABASE", None)
    subprocess.run([sys.executable, "-c", _FOUND_OFFICE, PASSWORD], cwd=ROOT, env=environment, check=True)
    return Office(home, port, None, environment)


def write_papers(folder: Path) -> Path:
    """Write the four files whose hidden places a journey must find: text box, cell, slide note, mail attachment."""
    folder.mkdir(parents=True, exist_ok=True)
    box = (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>'
        f"{p('欄外の覚え書き 話し中は57件')}"
        "</w:txbxContent></wps:txbx></w:drawing></mc:Choice></mc:AlternateContent></w:r>"
    )
    docx(folder / "受付の報告.docx", p("一時保育の受付のようす") + p("電話の受付について。", inner=box))
    book = Workbook()
    sheet = book.active
    sheet.title = "よくある質問"
    sheet["A1"], sheet["C1"] = "問い", "答え"
    sheet["A14"], sheet["C14"] = "引っ越しの前でも申し込めるか", "転入予定の書類で受け付けます"
    book.save(folder / "聞かれること.xlsx")
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "予約フォームの試み"
    slide.notes_slide.notes_text_frame.text = "ここで園長の話を紹介する"
    deck.save(folder / "説明.pptx")
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "照会への回答", "kimura@mirai.invalid", "kondo@mirai.invalid"
    mail.set_content("添付のとおり回答します。")
    mail.add_attachment("相談窓口は月に三百二十件でした。\n".encode(), "text", "plain", filename="回答の内訳.txt")
    (folder / "回答.eml").write_bytes(mail.as_bytes())
    return folder
