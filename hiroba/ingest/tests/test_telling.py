"""Whoever stands for a failing source is told once, by a real letter to a real server."""

from __future__ import annotations

import email
import email.policy
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from django.conf import settings
from django.utils import timezone

from hiroba.connectors.outside import OutsideError
from hiroba.foundation.access.audiences import find_or_add_audience
from hiroba.foundation.mailing import send_mail
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.secret_files import keep_secret
from hiroba.ingest.models import Source
from hiroba.ingest.sources import KINDS, register_kind, visit_source
from hiroba.ingest.telling import TELL_AFTER
from tests.dovecot import Dovecot, free_port
from tests.world import World, build_world

pytestmark = pytest.mark.django_db
RECEIVED: list[EmailMessage] = []


class Office:
    """The office's mail server: keeps what it is given, and knows one user."""

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        RECEIVED.append(letter)
        return "250 OK"


def authenticate(_server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"hiroba", b"secret"), handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    server = Dovecot(folder=tmp_path_factory.mktemp("mail"))
    server._make_certificate()
    return server.folder


@pytest.fixture
def office(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Controller]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    port = free_port()
    controller = Controller(
        Office(),
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        authenticator=authenticate,
        auth_required=True,
    )
    controller.start()
    keep_secret("mail", "secret")
    for name, value in {"HOST": "localhost", "PORT": port, "USER": "hiroba", "FROM": "hiroba@mirai.example"}.items():
        monkeypatch.setattr(settings, f"MAIL_{name}", value)
    monkeypatch.setattr(settings, "CA_FILE", str(certificate / "cert.pem"))
    RECEIVED.clear()
    yield controller
    controller.stop()


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def source(world: World) -> Iterator[Source]:
    def failing(_source: Source) -> int:
        raise OutsideError("SOURCE-03", place="受信箱")

    register_kind("failing", failing)
    now = timezone.now()
    yield Source.objects.create(
        kind="failing",
        name="公園課のメール",
        person=world.kondo,
        audience=find_or_add_audience(["unit:0702"]),
        due_at=now,
        created_at=now,
    )
    del KINDS["failing"]


def test_whoever_stands_for_a_failing_source_is_told_once_until_it_works_again(
    office: Controller, source: Source
) -> None:
    for _ in range(TELL_AFTER - 1):
        visit_source(source)
    assert RECEIVED == []
    for _ in range(5):
        visit_source(source)
    (letter,) = RECEIVED
    assert letter["to"] == "kondo@mirai.invalid"
    assert letter["subject"] == "ひろば: 「公園課のメール」から取り込めません"
    assert "「受信箱」が見つかりません" in letter.get_content()
    assert letter["auto-submitted"] == "auto-generated"
    register_kind("failing", lambda _source: 0)
    visit_source(source)

    def again(_source: Source) -> int:
        raise OutsideError("SOURCE-01")

    register_kind("failing", again)
    for _ in range(TELL_AFTER):
        visit_source(source)
    assert len(RECEIVED) == 2


def test_a_letter_that_cannot_be_sent_is_sent_after_the_next_visit(
    office: Controller, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = settings.MAIL_PORT
    monkeypatch.setattr(settings, "MAIL_PORT", 1)
    for _ in range(TELL_AFTER):
        visit_source(source)
    monkeypatch.setattr(settings, "MAIL_PORT", port)
    visit_source(source)
    assert len(RECEIVED) == 1


def test_without_a_server_or_an_address_nobody_is_written_to_and_visits_go_on(source: Source) -> None:
    for _ in range(TELL_AFTER + 1):
        visit_source(source)
    source.refresh_from_db()
    assert (source.failures, source.is_told) == (TELL_AFTER + 1, False)
    Person.objects.update(mail="")
    visit_source(source)


def code_of(to: str = "a@example.jp", subject: str = "s") -> str:
    try:
        send_mail(to, subject, "t")
    except Refusal as refusal:
        return refusal.code
    return ""


def test_what_stands_in_the_way_of_sending_has_its_code(office: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_of() == ""
    keep_secret("mail", "wrong")
    assert code_of() == "SEND-03"
    monkeypatch.setattr(settings, "CA_FILE", "")
    assert code_of() == "SEND-04"
    monkeypatch.setattr(settings, "MAIL_PORT", 1)
    assert code_of() == "SEND-02"
    monkeypatch.setattr(settings, "MAIL_HOST", "")
    assert code_of() == "SEND-01"


def test_a_name_cannot_add_a_header(office: Controller) -> None:
    assert code_of(subject="x\r\nBcc: all@example.jp") == ""
    assert RECEIVED[-1]["bcc"] is None
