"""What Outlook packs into winmail.dat ([MS-OXTNEF]), which nobody else can open: files, and the text of the mail."""

from __future__ import annotations

import logging
from typing import Any

import tnefparse

from hiroba.extract.letter import Letter, unpacked_rtf
from hiroba.extract.mail_headers import text_of

_SUBJECT = 0x8004


def opened(data: bytes) -> Letter | None:
    """Give what is in it as a letter with files, None when it is damaged."""
    logging.getLogger("tnefparse").setLevel(logging.CRITICAL)  # it prints what it met in the file
    try:
        packed = tnefparse.TNEF(data, do_checksum=False)
        subject = next((each.data for each in packed.objects if each.name == _SUBJECT), "")
        return Letter(
            subject=_text(subject),
            text=_text(packed.body),
            html=packed.htmlbody or b"",
            rtf=unpacked_rtf(packed.rtfbody or b""),
            files=[
                (_text(each.long_filename()) or _text(each.name) or "file", bytes(each.data))
                for each in packed.attachments
            ],
        )
    except Exception:  # the library meets damaged bytes with whatever happens to fail
        return None


def _text(value: Any) -> str:
    return (text_of(value) if isinstance(value, bytes) else str(value or "")).strip("\0")
