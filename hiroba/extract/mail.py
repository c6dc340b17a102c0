"""One mail (RFC 5322, .eml, .emlx): who, when, the text people see, and each attachment as a file of its own.

Places are `line=N`, lines of the text as shown from 1; `line=0` is the head (subject, from, to, cc, date)."""

from __future__ import annotations

import email
import mimetypes
import re
from dataclasses import dataclass, field
from email import errors
from email.message import Message
from pathlib import Path

from hiroba.extract.encoding import UndecodableError, decode
from hiroba.extract.letter import plain_text
from hiroba.extract.mail_headers import addresses, file_name, header, headers, lenient_base64, sent_at
from hiroba.extract.page import declared_encoding, html_passages
from hiroba.extract.passages import Attachment, Extraction, Passage, Span, Trouble
from hiroba.extract.plain import text_passages
from hiroba.extract.unshown import in_markup, named
from hiroba.extract.winmail import opened

MAX_BYTES = 200 * 2**20
MAX_PARTS = 1_000
MAX_ATTACHMENTS = 200
MAX_ATTACHED_BYTES = 150 * 2**20
MAX_BODY = 20 * 2**20  # bytes of one text part
LONGEST_ASIDE = 200_000  # characters of an alternative that is not shown
_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_ENCRYPTED = {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"}
_BROKEN = (
    errors.NoBoundaryInMultipartDefect,
    errors.StartBoundaryNotFoundDefect,
    errors.CloseBoundaryNotFoundDefect,
    errors.MultipartInvariantViolationDefect,
)
_BROKEN_BASE64 = (
    errors.InvalidBase64CharactersDefect,
    errors.InvalidBase64PaddingDefect,
    errors.InvalidBase64LengthDefect,
)
_EMLX_LENGTH = re.compile(rb"\s*(\d+)[ \t]*\r?\n")


@dataclass
class _Reading:
    """What has been found so far."""

    passages: list[Passage] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    warnings: list[Trouble] = field(default_factory=list)
    line: int = 1  # of the shown text, where the next part begins
    parts: int = 0
    attached: int = 0
    dropped: int = 0
    unshown: list[str] = field(default_factory=list)

    def warn(self, code: str, **params: str | int) -> None:
        """Add a warning once."""
        if (trouble := Trouble(code, dict(params))) not in self.warnings:
            self.warnings.append(trouble)


def extract(path: Path) -> Extraction:
    """Read a mail: text/plain where there is a choice, else HTML; a broken one as far as it goes (MAIL-01)."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    return read_mail(data)


def read_mail(data: bytes) -> Extraction:
    """Read a mail from its bytes; more than MAX_BYTES are cut and reported (MAIL-02)."""
    reading = _Reading()
    if len(data) > MAX_BYTES:
        reading.warn("MAIL-02", dropped=1)
    try:
        message = email.message_from_bytes(_bare_message(data[:MAX_BYTES]))
        _read_head(message, reading)
        _read_part(message, reading)
    except RecursionError:
        return Extraction(error=Trouble("EXTRACT-03"), extractor="mail/1")
    if reading.dropped:
        reading.warn("MAIL-02", dropped=reading.dropped)
    return Extraction(
        tuple(reading.passages),
        tuple(reading.warnings),
        title=header(message, "subject"),
        attachments=tuple(reading.attachments),
        facts=_facts(message),
        extractor="mail/1",
        unshown=tuple(reading.unshown),
    )


def _bare_message(data: bytes) -> bytes:
    """The message itself: without Apple's length line and property list, without a mailbox's "From " line."""
    if length := _EMLX_LENGTH.match(data):
        return data[length.end() : length.end() + int(length[1][:12])]
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    return data.partition(b"\n")[2] if data.startswith((b"From ", b">From ")) else data


def _facts(message: Message) -> dict[str, str]:
    facts = {name: addresses(message, name) for name in ("from", "to", "cc")}
    facts["sent_at"] = sent_at(message)
    for name in ("message-id", "in-reply-to", "references"):
        facts[name.replace("-", "_")] = header(message, name)
    return {name: value for name, value in facts.items() if value}


def _read_head(message: Message, reading: _Reading) -> None:
    if subject := header(message, "subject"):
        reading.passages.append(Passage("line=0", subject, "title"))
    people = [(name, addresses(message, name.lower())) for name in ("From", "To", "Cc")]
    shown = [f"{name}: {value}" for name, value in [*people, ("Date", header(message, "date"))] if value]
    if shown:
        reading.passages.append(Passage("line=0", "\n".join(shown), "header"))
    reading.unshown += named(f"{name}: {value}" for name, value in headers(message))


def _read_part(part: Message, reading: _Reading, depth: int = 0) -> None:
    """Read a part and what is in it: a choice once, text as body, everything else as an attachment."""
    reading.parts += 1
    if reading.parts > MAX_PARTS or depth > 50:
        reading.dropped += 1
        return
    if any(isinstance(defect, _BROKEN) for defect in part.defects):
        reading.warn("MAIL-01")
    kind = part.get_content_type()
    if part.is_multipart() and kind != "message/rfc822":
        _read_parts(part, kind, reading, depth)
    elif kind == "message/rfc822" or _is_attachment(part, kind):
        _attach(part, kind, reading)
    else:
        _read_body(part, kind, reading)


def _read_parts(part: Message, kind: str, reading: _Reading, depth: int) -> None:
    payload = part.get_payload()
    inner: list[Message] = (
        [entry for entry in payload if isinstance(entry, Message)] if isinstance(payload, list) else []
    )
    if kind == "multipart/alternative":
        shown = _best_alternative(inner)
        for entry in inner:
            if entry is not shown and not _is_attachment(entry, entry.get_content_type()):
                _read_aside(entry, reading, depth)
        # What else a careless sender put among the alternatives (a calendar entry, a picture) is kept as a file.
        inner = [entry for entry in inner if entry is shown or _is_attachment(entry, entry.get_content_type())]
    for entry in inner:
        if entry.get_content_type() == "message/delivery-status" or kind == "message/delivery-status":
            _read_text(_headers_as_text(entry), reading)
        else:
            _read_part(entry, reading, depth + 1)


def _read_aside(part: Message, reading: _Reading, depth: int) -> None:
    """Read an alternative that is not shown: its text is for the gate, pictures in it are attachments like others."""
    aside = _Reading(parts=reading.parts)
    _read_part(part, aside, depth + 1)
    reading.parts, reading.dropped = aside.parts, reading.dropped + aside.dropped
    reading.unshown += ["\n".join(each.text for each in aside.passages)[:LONGEST_ASIDE], *aside.unshown]
    for each in aside.attachments:
        _keep(each.name, each.content, each.media_type, reading)


def _inner(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [entry for entry in payload if isinstance(entry, Message)] if isinstance(payload, list) else []


def _headers_as_text(part: Message) -> str:
    return "\n".join(f"{name}: {value}" for entry in _inner(part) or [part] for name, value in entry.items())


def _best_alternative(parts: list[Message]) -> Message | None:
    """The plain text where there is some, then whatever holds text (multipart/related with HTML), last first."""
    plain = [part for part in parts if part.get_content_type() == "text/plain" and _content(part).strip()]
    texts = [part for part in parts if part.get_content_maintype() in ("text", "multipart")]
    return next(iter([*plain, *texts[::-1]]), None)


def _is_attachment(part: Message, kind: str) -> bool:
    if part.get_content_disposition() == "attachment":
        return True
    is_text = kind in ("text/plain", "text/html", "text/enriched", "text/richtext") or kind.startswith("multipart/")
    is_named = bool(file_name(part)) and part.get_content_disposition() is not None
    return not (is_text or kind == "message/delivery-status") or is_named


def _content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _read_body(part: Message, kind: str, reading: _Reading) -> None:
    content = _content(part)
    if any(
        isinstance(defect, errors.InvalidBase64CharactersDefect | errors.InvalidBase64PaddingDefect)
        for defect in part.defects
    ):
        reading.warn("MAIL-01")
    if any(isinstance(defect, errors.InvalidBase64LengthDefect) for defect in part.defects):
        reading.warn("MAIL-01")
        content = lenient_base64(content)
    if len(content) > MAX_BODY:
        reading.warn("TEXT-03", megabytes=MAX_BODY // 2**20)
        content = content[:MAX_BODY]
    charset = str(part.get_param("charset") or "") or (declared_encoding(content[:4096]) if kind == "text/html" else "")
    try:
        decoded = decode(content, charset)
    except UndecodableError:
        reading.warn("TEXT-02")
        return
    if not decoded.sure:
        reading.warn("TEXT-01", encoding=decoded.encoding)
    if kind == "text/html":
        _read_page(decoded.text, reading)
    else:
        _read_text(_unflowed(decoded.text, part), reading)


def _read_text(text: str, reading: _Reading) -> None:
    first = reading.line
    for passage in text_passages(text.replace("\r\n", "\n")):
        spans = tuple(Span(span.start, span.end, _moved(span.locator, first)) for span in passage.spans)
        reading.passages.append(Passage(_moved(passage.locator, first), passage.text, passage.kind, spans=spans))
    reading.line += text.count("\n") + 2


def _moved(locator: str, first: int) -> str:
    return f"line={int(locator.removeprefix('line=')) + first - 1}"


def _read_page(text: str, reading: _Reading) -> None:
    """HTML as the lines it shows: each block begins a line, a blank line between."""
    reading.unshown += in_markup(text)
    for passage in html_passages(text)[0]:
        reading.passages.append(
            Passage(f"line={reading.line}", passage.text, passage.kind, passage.level, marks=passage.marks)
        )
        reading.line += passage.text.count("\n") + 2


def _unflowed(text: str, part: Message) -> str:
    """Lines that a mailer broke put together again (format=flowed, RFC 3676)."""
    if str(part.get_param("format") or "").lower() != "flowed":
        return text
    deletes_space = str(part.get_param("delsp") or "").lower() == "yes"
    lines: list[str] = []
    is_open = False
    for line in text.replace("\r\n", "\n").split("\n"):
        bare = line.lstrip(">") if line.startswith(">") else line.removeprefix(" ")
        depth = len(line) - len(line.lstrip(">"))
        if is_open and lines and depth == len(lines[-1]) - len(lines[-1].lstrip(">")) and bare != "-- ":
            lines[-1] += bare.removeprefix(" ") if depth else bare
        else:
            lines.append(">" * depth + bare)
        is_open = lines[-1].endswith(" ") and bare != "-- "
        if is_open and deletes_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _attach(part: Message, kind: str, reading: _Reading) -> None:
    if kind in _SIGNATURES:
        return
    if kind in _ENCRYPTED:
        reading.warn("MAIL-04")
    content = _message_bytes(part) if kind == "message/rfc822" else _content(part)
    name = file_name(part) or _name_of_nameless(part, kind, len(reading.attachments) + 1)
    if kind == "application/ms-tnef" or name.lower() == "winmail.dat":
        _open_winmail(content, reading)
        return
    _keep(name, content, kind, reading)


def _keep(name: str, content: bytes, kind: str, reading: _Reading) -> None:
    reading.attached += len(content)
    if len(reading.attachments) >= MAX_ATTACHMENTS or reading.attached > MAX_ATTACHED_BYTES:
        reading.dropped += 1
    elif content:
        reading.attachments.append(Attachment(name, content, kind))


def _open_winmail(content: bytes, reading: _Reading) -> None:
    """Hand over what lies in Outlook's own file as if it were attached, and its text where the mail has none."""
    letter = opened(content)
    if letter is None:
        reading.warn("MAIL-03")
        _keep("winmail.dat", content, "application/ms-tnef", reading)
        return
    if reading.line == 1:
        _read_text(plain_text(letter), reading)
    for name, file in letter.files:
        _keep(name, file, mimetypes.guess_type(name)[0] or "application/octet-stream", reading)


def _message_bytes(part: Message) -> bytes:
    inner = _inner(part)
    if not inner:
        return _content(part)
    try:
        return inner[0].as_bytes()
    except (UnicodeError, ValueError, LookupError):  # headers that no generator can write again
        return str(inner[0]).encode("utf-8", "replace")


def _name_of_nameless(part: Message, kind: str, number: int) -> str:
    if kind == "message/rfc822":
        inner = _inner(part)
        subject = header(inner[0], "subject") if inner else ""
        return (re.sub(r"[\x00-\x1f/\\:]+", "_", subject)[:100].strip(" .") or f"{number}") + ".eml"
    return f"{number}{mimetypes.guess_extension(kind) or '.bin'}"
