"""Headers of mail as people read them: encoded words, raw 8-bit text and JIS, addresses, dates, file names."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from datetime import UTC
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from itertools import groupby, islice

from hiroba.extract.encoding import UndecodableError, decode

MOST = 1_000  # headers of one mail
LONGEST = 20_000  # characters of one header; a list of thousands of addressees is cut
_ENCODED_WORD = re.compile(r"=\?([^?*\s]+)(?:\*[^?]*)?\?([bBqQ])\?(.*?)\?=", re.S)
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]+\?[bBqQ]\?)")
_FOLD = re.compile(r"\r?\n[ \t]*")
_UNSAFE_IN_NAME = re.compile(r"[\x00-\x1f\x7f/\\:]+")


def text_of(data: bytes, charset: str = "") -> str:
    """Give the text of some bytes of a mail, in the charset they declare or the one they are in; never raises."""
    try:
        return decode(data, charset).text
    except UndecodableError:
        return data.decode("ascii", "replace")


def header(message: Message, name: str) -> str:
    """Give a header as one line of text, "" when it is absent."""
    raw = next((value for key, value in message.raw_items() if key.lower() == name), "")
    return decoded_words(raw_text(str(raw)))


def headers(message: Message) -> Iterator[tuple[str, str]]:
    """Give every header with its text, as often as it stands there."""
    return ((name, decoded_words(raw_text(str(value)))) for name, value in islice(message.raw_items(), MOST))


def raw_text(value: str) -> str:
    """Give a header value, as the parser keeps it (bytes as surrogates), unfolded and in its right characters."""
    data = value[:LONGEST].encode("ascii", "surrogateescape") if _is_raw(value) else value[:LONGEST].encode()
    try:
        text = data.decode("ascii" if b"\x1b" not in data else "iso2022_jp") if data.isascii() else data.decode()
    except UnicodeDecodeError:  # neither plain nor UTF-8 (RFC 6532)
        text = text_of(data)
    return _FOLD.sub(" ", text).strip()


def _is_raw(value: str) -> bool:
    return all(char < "\x80" or "\udc80" <= char <= "\udcff" for char in value[:LONGEST])


def decoded_words(text: str) -> str:
    """Decode encoded words (RFC 2047); a character cut between two neighbours is put together first."""
    text = _BETWEEN_WORDS.sub(r"\1", text)
    parts: list[str] = []
    position = 0
    words: list[tuple[str, bytes]] = []
    for word in _ENCODED_WORD.finditer(text):
        if word.start() > position:
            parts += [*_joined(words), text[position : word.start()]]
            words = []
        words.append((word[1].lower(), _word_bytes(word[2].lower(), word[3])))
        position = word.end()
    return "".join([*parts, *_joined(words), text[position:]]).strip()


def _joined(words: list[tuple[str, bytes]]) -> Iterator[str]:
    for charset, group in groupby(words, key=lambda word: word[0]):
        yield text_of(b"".join(data for _, data in group), charset)


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return lenient_base64(data) if encoding == "b" else quopri.decodestring(data, header=True)


def lenient_base64(data: bytes) -> bytes:
    """Decode base64 as far as it goes: strange characters dropped, padding put right."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4))
    except binascii.Error:
        return b""


def addresses(message: Message, name: str) -> str:
    """Give everybody in an address header as `名前 <address>`, separated by ", "."""
    values = [raw_text(str(value)) for key, value in message.raw_items() if key.lower() == name]
    words: list[str] = []

    def set_aside(word: re.Match[str]) -> str:
        words.append(word[0])
        return f"\uf8f0{len(words) - 1}\uf8f1"  # a comma in an encoded word separates nobody

    def restored(text: str) -> str:
        return decoded_words(re.sub("\uf8f0(\\d+)\uf8f1", lambda found: words[int(found[1])], text))

    apart = [_ENCODED_WORD.sub(set_aside, value) for value in values]
    found = [(restored(person), restored(address)) for person, address in getaddresses(apart) if person or address]
    if not found:
        return ", ".join(decoded_words(value) for value in values)
    return ", ".join(f"{person} <{address}>" if person and address else person or address for person, address in found)


def sent_at(message: Message) -> str:
    """Give the Date header as ISO 8601 with its offset, "" when it cannot be understood."""
    try:
        date = parsedate_to_datetime(header(message, "date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).isoformat()


def file_name(part: Message) -> str:
    """Give the name an attachment is sent under, free of folders and control characters; "" when it has none."""
    for parameter, field in (("filename", "content-disposition"), ("name", "content-type")):
        readable = Message()  # the parser would replace every raw 8-bit character
        readable[field] = raw_text(next((str(value) for key, value in part.raw_items() if key.lower() == field), ""))
        try:
            value = readable.get_param(parameter, header=field)
        except (ValueError, IndexError):  # percent signs or continuations that are none
            continue
        if isinstance(value, tuple):  # RFC 2231: charset, language, text of which each character is a byte
            name = text_of(value[2].encode("latin-1", "replace"), value[0] or "")
        else:
            name = decoded_words(raw_text(value)) if isinstance(value, str) else ""
        if cleaned := _UNSAFE_IN_NAME.sub("_", name).strip(" ._")[:200]:
            return cleaned
    return ""
