import base64
from pathlib import Path

import pytest

from hiroba.extract import mail
from hiroba.extract.mail import read_mail

OFFICE_FILES = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "office_files"
needs_office_files = pytest.mark.skipif(not OFFICE_FILES.is_dir(), reason="the shared office files are not here")

JIS_SUBJECT = b"=?ISO-2022-JP?B?" + base64.b64encode(b"\x1b$B-!|b66\x1b(B") + b"?="  # ①髙橋 as Outlook sends it


def multipart(*parts: bytes, kind: bytes = b"mixed", head: bytes = b"Subject: x\n") -> bytes:
    body = b"".join(b"--B\n" + part + b"\n" for part in parts)
    return head + b"Content-Type: multipart/" + kind + b'; boundary="B"\n\n' + body + b"--B--\n"


def body_of(data: bytes) -> list[tuple[str, str]]:
    return [(p.locator, p.text) for p in read_mail(data).passages if p.locator != "line=0"]


def test_headers_are_read_with_the_extensions_of_windows() -> None:
    found = read_mail(b"Subject: " + JIS_SUBJECT + b"\nFrom: " + JIS_SUBJECT + b" <t@example.jp>\n\n\n")
    assert found.title == "①髙橋"
    assert found.facts["from"] == "①髙橋 <t@example.jp>"


def test_a_character_cut_between_two_encoded_words_is_whole_again() -> None:
    data = "予算".encode()
    words = b"\n ".join(b"=?utf-8?B?" + base64.b64encode(half) + b"?=" for half in (data[:4], data[4:]))
    assert read_mail(b"Subject: Re: " + words + b"\n\n").title == "Re: 予算"


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "iso2022_jp"])
def test_a_raw_header_without_any_declaration_is_read(encoding: str) -> None:
    assert read_mail("Subject: 会議の日程について\n\n本文".encode(encoding)).title == "会議の日程について"


def test_people_dates_and_threads_become_facts() -> None:
    found = read_mail(
        b"From: =?utf-8?Q?=E5=B1=B1=E7=94=B0,_?= <y@example.jp>\nTo: a@example.jp,\n b@example.jp\nCc: c@example.jp\n"
        b"Date: Mon, 23 Nov 2026 09:15:00 +0900 (JST)\nMessage-ID: <1@x>\n"
        b"In-Reply-To: <0@x>\nReferences: <z@x>\n <0@x>\n\n"
    )
    assert found.facts == {
        "from": "山田, <y@example.jp>",
        "to": "a@example.jp, b@example.jp",
        "cc": "c@example.jp",
        "sent_at": "2026-11-23T09:15:00+09:00",
        "message_id": "<1@x>",
        "in_reply_to": "<0@x>",
        "references": "<z@x> <0@x>",
    }
    head = next(p for p in found.passages if p.kind == "header")
    assert "c@example.jp" in head.text


def test_of_alternatives_the_plain_one_is_read_once() -> None:
    data = multipart(
        b"Content-Type: text/plain\n\nplain", b"Content-Type: text/html\n\n<p>html</p>", kind=b"alternative"
    )
    assert body_of(data) == [("line=1", "plain")]


def test_html_is_read_where_there_is_no_plain_text() -> None:
    data = multipart(
        b"Content-Type: text/plain\n\n \n", b"Content-Type: text/html\n\n<p>a</p><p>b</p>", kind=b"alternative"
    )
    assert body_of(data) == [("line=1", "a"), ("line=3", "b")]


def test_lines_count_on_through_all_parts_of_the_text() -> None:
    data = multipart(b"Content-Type: text/plain\n\none\n\ntwo", b"Content-Type: text/plain\n\nthree")
    assert body_of(data) == [("line=1", "one"), ("line=3", "two"), ("line=5", "three")]


def test_flowed_lines_are_joined() -> None:
    data = (
        b"Subject: x\nContent-Type: text/plain; format=flowed; delsp=yes; charset=utf-8\n\n"
        + "予算 \n編成\n> 引 \n> 用".encode()
    )
    assert body_of(data) == [("line=1", "予算編成\n> 引用")]


@pytest.mark.parametrize(
    "disposition",
    [
        b"attachment; filename*=utf-8''%E8%A6%81%E9%A0%85.pdf",
        b"attachment; filename*0*=utf-8''%E8%A6%81; filename*1*=%E9%A0%85.pdf",
        b'attachment; filename="=?utf-8?B?' + base64.b64encode("要項.pdf".encode()) + b'?="',
        b'attachment; filename="' + "要項.pdf".encode() + b'"',
        b'attachment; filename="' + "要項.pdf".encode("cp932") + b'"',
        b"attachment; filename*=iso-2022-jp''%1B%24BMW9%60%1B%28B.pdf",
    ],
)
def test_an_attachment_has_its_japanese_name(disposition: bytes) -> None:
    part = b"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\nContent-Disposition: " + disposition
    found = read_mail(multipart(part + b"\n\nJVBERg=="))
    assert [(a.name, a.content, a.media_type) for a in found.attachments] == [("要項.pdf", b"%PDF", "application/pdf")]


def test_a_name_cannot_lead_out_of_a_folder() -> None:
    part = b'Content-Type: application/pdf; name="../../etc/passwd"\nContent-Disposition: attachment\n\nx'
    assert read_mail(multipart(part)).attachments[0].name == "etc_passwd"


def test_a_forwarded_mail_is_an_attachment_named_by_its_subject() -> None:
    found = read_mail(multipart(b"Content-Type: message/rfc822\n\nSubject: =?utf-8?B?5Lya6K2w?=\n\ninner"))
    assert [(a.name, a.media_type) for a in found.attachments] == [("会議.eml", "message/rfc822")]
    assert read_mail(found.attachments[0].content).title == "会議"
    assert body_of(multipart(b"Content-Type: message/rfc822\n\nSubject: a\n\ninner")) == []


def test_what_is_broken_is_read_as_far_as_it_goes_and_reported() -> None:
    without_boundary = read_mail(b"Subject: x\nContent-Type: multipart/mixed\n\nstill text\n")
    assert "still text" in [p.text for p in without_boundary.passages]
    assert [w.code for w in without_boundary.warnings] == ["MAIL-01"]
    bad = b"Subject: x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    assert [p.text for p in read_mail(bad + base64.b64encode("予算案です".encode())[:-3]).passages][-1].startswith(
        "予算案"
    )


def test_counts_and_sizes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "MAX_ATTACHMENTS", 2)
    part = b"Content-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\nx"
    found = read_mail(multipart(*[part] * 5))
    assert len(found.attachments) == 2
    assert [(w.code, w.params) for w in found.warnings] == [("MAIL-02", {"dropped": 3})]
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000))
    assert read_mail(b"Subject: deep\n" + nested) is not None


def test_a_letter_of_outlook_is_kept_and_reported() -> None:
    found = read_mail(multipart(b"Content-Type: application/ms-tnef; name=winmail.dat\n\nx"))
    assert found.attachments[0].name == "winmail.dat"
    assert [w.code for w in found.warnings] == ["MAIL-03"]


@needs_office_files
@pytest.mark.parametrize(
    ("name", "title", "text", "attachment"),
    [
        ("mail__japanese.eml", "まみむめも", "かきくえこ", None),
        ("mail__japanese_iso_2022.eml", "まみむめも", "すみません。", None),
        ("mail__japanese_attachment.eml", "testing", "testing", "てすと.txt"),
        ("docling__eml_with_attachment.eml", "Email with Attachment", "Hello Bob,", "test.txt"),
        ("tika__testRFC822_encrypted_zip", "Test mail for Tika", "Includes encrypted zip file", "test.zip"),
        ("tika__testEMLX.emlx", "[jira] Commented: (TIKA-461) RFC822", "Julien Nioche commented on", None),
        ("mail__encoding_madness.eml", "eBay Bid - 2008 Ford", "Body Text", None),
        ("paperless-ngx__simple_text.eml", "Simple Text Mail", "This is just a simple Text Mail.", None),
        ("mail__raw_email2.eml", "Fwd: Signed email", "We should not include", None),
    ],
)
def test_real_mails_are_read(name: str, title: str, text: str, attachment: str | None) -> None:
    found = mail.extract(OFFICE_FILES / "mail" / name)
    assert found.title.startswith(title)
    assert any(text in passage.text for passage in found.passages)
    assert attachment is None or attachment in [a.name for a in found.attachments]


@needs_office_files
def test_no_real_mail_stops_the_reader() -> None:
    names = [path for path in (OFFICE_FILES / "mail").iterdir() if path.suffix not in {".msg", ".mbox", ".dat"}]
    assert len(names) > 30
    for path in names:
        assert mail.extract(path).error is None, path.name
