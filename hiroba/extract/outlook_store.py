"""Outlook's stores (.pst, .ost): every mail handed over as a mail, in the folders it lies in there.

What is no mail (appointments, contacts, tasks) is handed over as the text it has."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pypff

from hiroba.extract.letter import Letter, person, unpacked_rtf, written
from hiroba.extract.passages import Attachment, Extraction, Trouble

EXTRACTOR = "store/1"
MAX_MAILS = 300_000
DEEPEST = 40
LARGEST_FILE = 200 * 2**20
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:]+")
# Property ids ([MS-OXPROPS]).
_LONG_NAME, _SHORT_NAME, _SENDER_SMTP, _SENDER_ADDRESS = 0x3707, 0x3704, 0x5D01, 0x0C1F
_SHOWN_TO, _SHOWN_CC = 0x0E04, 0x0E03


def extract(path: Path) -> Extraction:
    """Hand over every mail of a store. EXTRACT-03 it cannot be opened; EXTRACT-42 counts mails that were damaged;
    EXTRACT-37 says that there are more than MAX_MAILS."""
    store = pypff.file()
    store.set_ascii_codepage("cp932")
    try:
        store.open(str(path))
        root = store.get_root_folder()
    except OSError:
        return Extraction(error=Trouble("EXTRACT-03"), extractor=EXTRACTOR)
    mails: list[Attachment] = []
    warnings: list[Trouble] = []
    damaged = 0
    for number, (folder, message) in enumerate(_messages(root, ""), start=1):
        if number > MAX_MAILS:
            warnings.append(Trouble("EXTRACT-37", {"limit": MAX_MAILS}))
            break
        if message is None:
            damaged += 1
            continue
        key = hashlib.sha256(f"{folder}/{message.identifier}".encode()).hexdigest()[:32]
        source = partial(_pieces, store, message)
        mails.append(Attachment(f"{folder}{number:05d}.eml", media_type="message/rfc822", key=key, source=source))
    if damaged:
        warnings.append(Trouble("EXTRACT-42", {"count": damaged}))
    facts = {"mails": str(len(mails))}
    return Extraction(warnings=tuple(warnings), attachments=tuple(mails), facts=facts, extractor=EXTRACTOR)


def _messages(folder: Any, path: str, depth: int = 0) -> Iterator[tuple[str, Any | None]]:
    """Every message with the folders it lies in; None for one that cannot be reached."""
    for number in range(folder.get_number_of_sub_messages()):
        try:
            yield path, folder.get_sub_message(number)
        except OSError:
            yield path, None
    for number in range(folder.get_number_of_sub_folders()) if depth < DEEPEST else ():
        try:
            below = folder.get_sub_folder(number)
            name = _UNSAFE.sub("_", below.get_name() or "").strip(" .")
        except OSError:
            yield path, None
            continue
        yield from _messages(below, f"{path}{name}/" if name else path, depth + 1)


def _pieces(store: Any, message: Any) -> Iterator[bytes]:
    assert store  # kept open for as long as its messages are read
    yield written(_letter(message))


def _letter(message: Any, depth: int = 0) -> Letter:
    properties = _properties(message)
    letter = Letter(
        subject=re.sub(r"^\x01.", "", message.get_subject() or ""),  # how long "RE: " is, in two characters
        sender=person(message.get_sender_name() or "", _first(properties, _SENDER_SMTP, _SENDER_ADDRESS)),
        to=person(_first(properties, _SHOWN_TO), ""),
        cc=person(_first(properties, _SHOWN_CC), ""),
        sent_at=_moment(message.get_client_submit_time() or message.get_delivery_time()),
        headers=message.get_transport_headers() or "",
        text=_text(message.get_plain_text_body()),
        html=message.get_html_body() or b"",
        rtf=_rtf(message.get_rtf_body()),
    )
    for number in range(message.get_number_of_attachments()):
        _attach(letter, message.get_attachment(number), number, depth)
    return letter


def _attach(letter: Letter, attached: Any, number: int, depth: int) -> None:
    if attached.get_number_of_sub_items() and depth < 20:
        letter.letters.append(_letter(attached.get_sub_item(0), depth + 1))
        return
    size = attached.get_size()
    if 0 < size <= LARGEST_FILE:
        name = _first(_properties(attached), _LONG_NAME, _SHORT_NAME) or f"{number + 1}.bin"
        letter.files.append((name, attached.read_buffer(size)))


def _properties(item: Any) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for number in range(item.get_number_of_record_sets()):
        record = item.get_record_set(number)
        for place in range(record.get_number_of_entries()):
            entry = record.get_entry(place)
            found.setdefault(entry.get_entry_type(), entry)
    return found


def _first(properties: dict[int, Any], *numbers: int) -> str:
    for number in numbers:
        if number in properties:
            try:
                if found := properties[number].get_data_as_string():
                    return str(found).rstrip("\0")
            except OSError:
                continue
    return ""


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


def _rtf(value: bytes | None) -> bytes:
    return value if value and value.lstrip().startswith(b"{\\rt") else unpacked_rtf(value or b"")


def _moment(value: dt.datetime | None) -> dt.datetime | None:
    return value.replace(tzinfo=dt.UTC) if value is not None and value.tzinfo is None else value
