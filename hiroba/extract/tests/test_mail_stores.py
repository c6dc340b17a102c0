"""Mails that are not files of their own: Outlook's, mailboxes, winmail.dat."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from hiroba.extract import mailbox
from hiroba.extract.letter import Letter, person, written
from hiroba.extract.mail import read_mail
from hiroba.extract.passages import Attachment, Trouble
from hiroba.extract.sandbox import Sandbox

MAIL = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "office_files" / "mail"
needs_files = pytest.mark.skipif(not MAIL.is_dir(), reason="the shared office files are not here")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(readers=1) as opened:
        yield opened


def content(attachment: Attachment) -> bytes:
    return b"".join(attachment.pieces())


@needs_files
def test_a_mail_of_outlook_is_read_as_a_mail(sandbox: Sandbox) -> None:
    found = sandbox.extract(MAIL / "docling__msg_with_attachment.msg")
    assert found.title == "Email with Attachment"
    assert found.facts["from"] == "Alice Example <alice@example.com>"
    assert found.facts["to"] == "Bob Example <bob@example.com>"
    assert found.facts["sent_at"] == "2026-05-20T10:30:00+00:00"
    assert ("line=1", "This email contains an attachment.") in [(p.locator, p.text) for p in found.passages]
    assert [(each.name, len(content(each))) for each in found.attachments] == [("test.txt", 64), ("report.pdf", 26)]


@needs_files
@pytest.mark.parametrize("path", sorted(MAIL.glob("*.msg")), ids=lambda path: path.name)
def test_every_mail_of_outlook_has_a_subject_and_text(sandbox: Sandbox, path: Path) -> None:
    found = sandbox.extract(path)
    assert found.error is None
    assert found.title
    assert any(passage.locator != "line=0" and passage.text for passage in found.passages)
    assert found.extractor.startswith("mail/")


@needs_files
def test_what_outlook_packed_into_winmail_comes_out(sandbox: Sandbox) -> None:
    path = MAIL / "tika__testWINMAIL.dat"
    found = sandbox.extract(path)
    names = ["quick.doc", "quick.html", "quick.pdf", "quick.txt", "quick.xml"]
    assert [each.name for each in found.attachments] == names
    assert found.passages[0].text.startswith("These are five files.")
    mail = EmailMessage()
    mail["Subject"] = "winmail"
    mail.set_content("本文です。")
    mail.add_attachment(path.read_bytes(), maintype="application", subtype="ms-tnef", filename="winmail.dat")
    carrying = read_mail(mail.as_bytes())
    assert [each.name for each in carrying.attachments] == names
    assert [passage.text for passage in carrying.passages if passage.locator != "line=0"] == ["本文です。"]
    assert not carrying.warnings


def test_a_letter_survives_being_written_as_a_mail() -> None:
    inner = Letter(subject="中のメール", text="奥の本文")
    letter = Letter(
        subject="十月の報告 ①",
        sender=person("山田, 太郎", "yamada@example.lg.jp"),
        to=f"{person('髙橋', 'takahashi@example.lg.jp')}, {person('佐藤', '/O=X/CN=SATO')}",
        cc=person("Ota Ken", ""),
        text="本文です。\n二行目",
        headers="Message-ID: <1@example>\nReferences: <0@example>\n",
        files=[("表 1.csv", b"a,b")],
        letters=[inner],
    )
    found = read_mail(written(letter))
    assert found.title == "十月の報告 ①"
    assert found.facts["from"] == "山田, 太郎 <yamada@example.lg.jp>"
    assert found.facts["to"] == "髙橋 <takahashi@example.lg.jp>, 佐藤"
    assert found.facts["cc"] == "Ota Ken"
    assert (found.facts["message_id"], found.facts["references"]) == ("<1@example>", "<0@example>")
    assert [each.name for each in found.attachments] == ["表 1.csv", "中のメール.eml"]
    assert read_mail(content(found.attachments[1])).title == "中のメール"


def mail(number: int, text: str) -> bytes:
    return f"Message-ID: <{number}@example>\nSubject: s{number}\n\n{text}\n".encode()


def box(*mails: bytes) -> bytes:
    return b"".join(b"From a@example Mon Nov 23 10:00:00 2026\n" + each + b"\n" for each in mails)


def test_each_mail_of_a_mailbox_comes_out_by_itself(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "inbox.mbox"
    path.write_bytes(box(mail(1, "a\nFrom b without a time is text"), mail(2, ">From c"), mail(3, "z")))
    found = sandbox.extract(path)
    texts = [content(each).partition(b"\n\n")[2] for each in found.attachments]
    assert texts == [b"a\nFrom b without a time is text\n", b"From c\n", b"z\n"]
    assert found.facts["mails"] == "3"


def test_a_mail_keeps_its_key_when_others_come_or_go(tmp_path: Path) -> None:
    first, second = tmp_path / "1.mbox", tmp_path / "2.mbox"
    first.write_bytes(box(mail(1, "a"), mail(2, "b"), mail(2, "b")))
    second.write_bytes(box(mail(2, "b"), mail(3, "c")))
    before, after = (mailbox.extract(path).attachments for path in (first, second))
    assert before[1].key == after[0].key
    assert len({each.key for each in before}) == 3


def test_mails_are_parted_rightly_wherever_the_pieces_of_reading_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "inbox.mbox"
    mails = [mail(number, "本文 " * (number * 7 % 40)) for number in range(60)]
    path.write_bytes(box(*mails))
    for chunk in range(1500, 1700):
        monkeypatch.setattr(mailbox, "_CHUNK", chunk)
        found = mailbox.extract(path).attachments
        assert [content(each) for each in found] == [each.rstrip(b"\r\n") + b"\n" for each in mails]


def test_a_mailbox_larger_than_memory_is_parted(tmp_path: Path) -> None:
    path = tmp_path / "large.mbox"
    body = b"0123456789abcde\n" * 65536
    with path.open("wb") as file:
        for number in range(220):
            file.write(box(mail(number, "x") + body))
    with Sandbox(readers=1, memory=170 << 20) as small:
        found = small.extract(path)
    assert found.error is None
    assert len(found.attachments) == 220
    assert len(content(found.attachments[219])) == len(mail(219, "x") + body)


@pytest.mark.parametrize("name", ["broken.msg", "broken.pst"])
def test_a_damaged_store_is_said_to_be_damaged(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes((b"!BDN" if name.endswith("pst") else b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") + b"\xff" * 5000)
    assert sandbox.extract(path).error == Trouble("EXTRACT-03")
