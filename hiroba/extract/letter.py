"""A mail that is not kept as one (Outlook's .msg and .pst): written as RFC 5322, so that the one reader of mail reads
it, with the same places and the same limits."""

from __future__ import annotations

import datetime as dt
import email.encoders
import email.policy
import re
from dataclasses import dataclass, field
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from io import BytesIO

from hiroba.extract.mail_headers import text_of
from hiroba.extract.page import html_passages
from hiroba.extract.rich_reader import RichReader

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_KEPT_HEADERS = ("message-id", "in-reply-to", "references", "date", "reply-to")
_RTF_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
LONGEST_RTF = 20 * 2**20


def person(name: str, address: str) -> str:
    """Give somebody as a mail's header says it; an address inside Exchange (/O=…) says less than the name."""
    name = _CONTROL.sub(" ", name).strip().strip("'\"")
    if not name and "@" not in address:
        return ""
    if "@" not in address:
        plain = name.replace("\\", "").replace('"', "")
        return f'"{plain}"' if plain and plain.isascii() else formataddr((plain, "x"), "utf-8").removesuffix(" <x>")
    address = _CONTROL.sub("", address).strip()
    return address if name in ("", address) else formataddr((name, address), "utf-8")


@dataclass
class Letter:
    """What is known of one mail. Addressees as `person` gives them; `headers` are those it had on its way, as text."""

    subject: str = ""
    sender: str = ""
    to: str = ""
    cc: str = ""
    sent_at: dt.datetime | None = None
    headers: str = ""
    text: str = ""
    html: bytes | str = b""
    rtf: bytes = b""
    files: list[tuple[str, bytes]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)


def written(letter: Letter) -> bytes:
    """Give the letter as a mail."""
    file = BytesIO()
    BytesGenerator(file, mangle_from_=False, policy=email.policy.compat32).flatten(_message(letter))
    return file.getvalue()


def plain_text(letter: Letter) -> str:
    """Give the letter's text, of whatever it is kept as."""
    if letter.text.strip():
        return letter.text
    if letter.html:
        html = letter.html if isinstance(letter.html, str) else text_of(letter.html)
        return "\n".join(passage.text for passage in html_passages(html)[0])
    return _rtf_text(letter.rtf)


def _message(letter: Letter) -> Message:
    body = _body(letter)
    message: Message = body
    if letter.files or letter.letters:
        mixed = MIMEMultipart("mixed")
        mixed.attach(body)
        for name, content in letter.files:
            mixed.attach(_part(name, content))
        for inner in letter.letters:
            part = MIMEBase("message", "rfc822")
            part.attach(_message(inner))
            mixed.attach(part)
        message = mixed
    shown = (("Subject", letter.subject), ("From", letter.sender), ("To", letter.to), ("Cc", letter.cc))
    for name, value in (*shown, *_way(letter)):
        if clean := _CONTROL.sub(" ", value).strip():
            message[name] = clean if clean.isascii() else Header(clean, "utf-8", maxlinelen=900).encode()
    return message


def _way(letter: Letter) -> list[tuple[str, str]]:
    """Headers that say which mail it is and what it answers; the date as kept where the headers do not say it."""
    parsed = email.message_from_string(letter.headers.lstrip())
    found = [(name, str(parsed[name])) for name in _KEPT_HEADERS if parsed[name]]
    if letter.sent_at is not None and not any(name == "date" for name, _ in found):
        found.append(("Date", format_datetime(letter.sent_at)))
    return found


def _body(letter: Letter) -> Message:
    if letter.text.strip():
        return MIMEText(letter.text, "plain", "utf-8")
    if letter.html:
        if isinstance(letter.html, str):
            return MIMEText(letter.html, "html", "utf-8")
        part = MIMEBase("text", "html")  # in the encoding it says of itself
        part.set_payload(letter.html)
        email.encoders.encode_base64(part)
        return part
    return MIMEText(_rtf_text(letter.rtf), "plain", "utf-8")


def _part(name: str, content: bytes) -> Message:
    part = MIMEBase("application", "octet-stream")
    part.set_payload(content)
    email.encoders.encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", _CONTROL.sub("_", name)))
    return part


def _rtf_text(data: bytes) -> str:
    if not data:
        return ""
    reader = RichReader(data[:LONGEST_RTF])
    reader.read()
    return "\n".join(text for block in reader.body.blocks if (text := block.line.finish()[0]))


def unpacked_rtf(data: bytes) -> bytes:
    """Give the RTF of a compressed body ([MS-OXRTFCP]), as far as it goes."""
    if len(data) < 16 or data[8:12] != b"LZFu":
        return data[16:] if data[8:12] == b"MELA" else b""
    whole = min(int.from_bytes(data[4:8], "little"), LONGEST_RTF)
    window = bytearray(_RTF_DICTIONARY.ljust(4096, b"\0"))
    at, out, position = len(_RTF_DICTIONARY), bytearray(), 16
    while position < len(data) and len(out) < whole:
        control, position = data[position], position + 1
        for bit in range(8):
            if position >= len(data) or len(out) >= whole:
                break
            if not control >> bit & 1:
                piece, position = data[position : position + 1], position + 1
            else:
                pair, position = int.from_bytes(data[position : position + 2], "big"), position + 2
                start, length = pair >> 4, (pair & 0xF) + 2
                if start == at:
                    return bytes(out)
                piece = _copied(window, start, length, at)
            for byte in piece:
                window[at] = byte
                at = (at + 1) % 4096
            out += piece
    return bytes(out[:whole]).rstrip(b"\0")


def _copied(window: bytearray, start: int, length: int, at: int) -> bytes:
    """Bytes of the window, where what is being copied may begin in what is being written."""
    piece = bytearray()
    gap = (at - start) % 4096
    for number in range(length):
        piece.append(window[(start + number) % 4096] if number < gap else piece[number - gap])
    return bytes(piece)
