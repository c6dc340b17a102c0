"""Mails that Outlook saved (.msg, [MS-OXMSG]): read as the mails they are, with their attachments and what is in them.

Places are those of `mail`."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hiroba.extract.compound_file import CompoundFile
from hiroba.extract.letter import Letter, person, unpacked_rtf, written
from hiroba.extract.mail import MAX_BYTES, read_mail
from hiroba.extract.mail_headers import text_of
from hiroba.extract.passages import Extraction, Trouble

DEEPEST = 20  # mails in mails
EXTRACTOR = "mail/1+outlook"
_PROPERTIES = "__properties_version1.0"
# Property ids ([MS-OXPROPS]).
_SUBJECT, _BODY, _HTML, _RTF, _HEADERS = 0x0037, 0x1000, 0x1013, 0x1009, 0x007D
_SENDER_NAME, _SENDER_ADDRESS, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_SENT, _DELIVERED, _RECIPIENT_KIND = 0x0039, 0x0E06, 0x0C15
_NAME, _ADDRESS, _SMTP = 0x3001, 0x3003, 0x39FE
_DATA, _LONG_NAME, _SHORT_NAME, _SHOWN_NAME = 0x3701, 0x3707, 0x3704, 0x3001
_CODE_PAGE, _INTERNET_CODE_PAGE = 0x3FFD, 0x3FDE
_TO, _CC = 1, 2
_EPOCH = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)
_CHARSETS = {932: "cp932", 50220: "iso-2022-jp", 50221: "iso-2022-jp", 51932: "euc-jp", 65001: "utf-8", 1252: "cp1252"}


def extract(path: Path) -> Extraction:
    """Read a mail of Outlook. EXTRACT-03 it is damaged; EXTRACT-42 counts what of it could not be taken out."""
    file = CompoundFile(path, MAX_BYTES)
    storage = _Storage(file, ())
    if not storage.streams:
        return Extraction(error=Trouble("EXTRACT-03"), extractor=EXTRACTOR)
    left_out: list[str] = []
    found = read_mail(written(_letter(storage, 32, left_out)))
    warnings = (*found.warnings, Trouble("EXTRACT-42", {"count": len(left_out)})) if left_out else found.warnings
    return replace(found, warnings=warnings, extractor=EXTRACTOR)


class _Storage:
    """One message, recipient or attachment: its properties."""

    def __init__(self, file: CompoundFile, folder: tuple[str, ...]) -> None:
        self.file, self.folder = file, folder
        depth = len(folder)
        inside = {path: entry for path, entry in file.streams().items() if path[:depth] == folder}
        self.streams = {path[depth]: entry for path, entry in inside.items() if len(path) == depth + 1}
        self.storages = sorted({path[depth] for path in inside if len(path) > depth + 1})

    def fixed(self, header: int) -> dict[int, bytes]:
        """Values of eight bytes by property id."""
        entry = self.streams.get(_PROPERTIES)
        data = self.file.read(entry) if entry else b""
        rows = (data[at : at + 16] for at in range(header, len(data) - 15, 16))
        return {struct.unpack_from("<H", row, 2)[0]: row[8:] for row in rows}

    def binary(self, number: int) -> bytes:
        """A property of bytes, b"" when absent."""
        entry = self.streams.get(f"__substg1.0_{number:04X}0102")
        return self.file.read(entry) if entry else b""

    def text(self, *numbers: int, charset: str = "") -> str:
        """The first of these properties that holds text."""
        for number in numbers:
            if entry := self.streams.get(f"__substg1.0_{number:04X}001F"):
                found = self.file.read(entry).decode("utf-16-le", "replace")
            elif entry := self.streams.get(f"__substg1.0_{number:04X}001E"):
                found = text_of(self.file.read(entry), charset)
            else:
                continue
            if found := found.rstrip("\0"):
                return found
        return ""

    def below(self, prefix: str) -> Iterator[_Storage]:
        """Storages in this one whose names begin so."""
        for name in self.storages:
            if name.startswith(prefix):
                yield _Storage(self.file, (*self.folder, name))


def _letter(storage: _Storage, header: int, left_out: list[str], depth: int = 0) -> Letter:
    fixed = storage.fixed(header)
    page = _number(fixed.get(_INTERNET_CODE_PAGE)) or _number(fixed.get(_CODE_PAGE))
    charset = _CHARSETS.get(page, "")
    name = storage.text(_SENDER_NAME, charset=charset)
    letter = Letter(
        subject=storage.text(_SUBJECT, charset=charset),
        sender=person(name, storage.text(_SENDER_SMTP, _SENDER_ADDRESS, charset=charset)),
        to=_people(storage, _TO, charset),
        cc=_people(storage, _CC, charset),
        sent_at=_time(fixed.get(_SENT)) or _time(fixed.get(_DELIVERED)),
        headers=storage.text(_HEADERS, charset=charset),
        text=storage.text(_BODY, charset=charset),
        html=storage.binary(_HTML) or storage.text(_HTML, charset=charset),
        rtf=unpacked_rtf(storage.binary(_RTF)),
    )
    for number, attached in enumerate(storage.below("__attach_version1.0_"), start=1):
        _attach(letter, attached, number, charset, left_out, depth)
    return letter


def _attach(letter: Letter, attached: _Storage, number: int, charset: str, left_out: list[str], depth: int) -> None:
    inner = next(attached.below(f"__substg1.0_{_DATA:04X}000D"), None)
    name = attached.text(_LONG_NAME, _SHORT_NAME, _SHOWN_NAME, charset=charset) or f"{number}.bin"
    if content := attached.binary(_DATA):
        letter.files.append((name, content))
    elif inner is not None and _PROPERTIES in inner.streams and depth < DEEPEST:
        letter.letters.append(_letter(inner, 24, left_out, depth + 1))
    else:
        left_out.append(name)


def _people(storage: _Storage, kind: int, charset: str) -> str:
    found = []
    for each in storage.below("__recip_version1.0_"):
        if (_number(each.fixed(8).get(_RECIPIENT_KIND)) or _TO) == kind:
            found.append(person(each.text(_NAME, charset=charset), each.text(_SMTP, _ADDRESS, charset=charset)))
    return ", ".join(each for each in found if each)


def _number(value: bytes | None) -> int:
    return int.from_bytes(value[:4], "little") if value else 0


def _time(value: bytes | None) -> dt.datetime | None:
    ticks = int.from_bytes(value[:8], "little") if value else 0
    try:
        return _EPOCH + dt.timedelta(microseconds=ticks // 10) if ticks else None
    except OverflowError:
        return None
