"""Office files locked with a password ([MS-OFFCRYPTO]): given back as the file that is inside, for those who know it.

Two ways of locking are known: agile (Office 2010 and later) and standard (Office 2007). Files of 1997-2003 are locked
in ways of their own, which nobody should rely on any more: EXTRACT-47."""

from __future__ import annotations

import hashlib
import hmac
import struct
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from lxml import etree

from hiroba.extract.compound_file import CompoundFile
from hiroba.extract.passages import Attachment, Extraction, Trouble

UNLOCKED = "unlocked"
"""The fact that says: the one attachment is the file itself, without its lock."""

LARGEST = 300 * 2**20
MOST_TURNS = 10_000_000  # of the hash that makes guessing slow; Office writes 100,000
_SEGMENT = 4096
_STANDARD_TURNS = 50_000
# What is hashed in to make one key for each purpose ([MS-OFFCRYPTO] 2.3.4.12 and 2.3.4.13).
_INPUT, _VALUE, _KEY = (bytes.fromhex(each) for each in ("fea7d2763b4b9e79", "d7aa0f6d3061344e", "146e0be7abacd0d6"))
_HASHES = {"SHA1": "sha1", "SHA-1": "sha1", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}


def unlocked(path: Path, password: str, kind: str = "office") -> Extraction:
    """Give a locked Office file as its one attachment, open (fact UNLOCKED).

    EXTRACT-43 it is not the password, EXTRACT-47 it is locked in a way that is not known here."""
    file = CompoundFile(path, LARGEST)
    streams = file.streams()
    info, package = streams.get(("EncryptionInfo",)), streams.get(("EncryptedPackage",))
    if info is None or package is None:
        return Extraction(error=Trouble("EXTRACT-47", {"format": kind}))
    head, data = file.read(info), file.read(package)
    major, minor = struct.unpack_from("<2H", head)
    if (major, minor) == (4, 4):
        pieces = _agile(head[8:], data, password)
    elif minor == 2 and major in (2, 3, 4):
        pieces = _standard(head, data, password)
    else:
        return Extraction(error=Trouble("EXTRACT-47", {"format": kind}))
    if pieces is None:
        return Extraction(error=Trouble("EXTRACT-43"))
    return Extraction(attachments=(Attachment("unlocked", source=pieces),), facts={UNLOCKED: "1"})


@dataclass(frozen=True, slots=True)
class _Lock:
    """One element of the agile description: what is salted and hashed how."""

    salt: bytes
    hash_name: str
    key_bytes: int
    block: int

    @staticmethod
    def of(element: etree._Element) -> _Lock:
        return _Lock(
            b64decode(element.get("saltValue", "")),
            _HASHES[element.get("hashAlgorithm", "")],
            int(element.get("keyBits", "0")) // 8,
            int(element.get("blockSize", "16")),
        )


def _agile(head: bytes, data: bytes, password: str) -> partial[Iterator[bytes]] | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(head, parser)
    key_data = next(root.iter("{*}keyData"))
    encryptor = next(root.iter("{*}encryptedKey"))
    lock = _Lock.of(encryptor)
    turned = _turned(lock.hash_name, lock.salt, password, min(int(encryptor.get("spinCount", "0")), MOST_TURNS))

    def opened(name: str, purpose: bytes) -> bytes:
        key = _fitted(hashlib.new(lock.hash_name, turned + purpose).digest(), lock.key_bytes)
        return _cbc(key, _fitted(lock.salt, lock.block), b64decode(encryptor.get(name, "")))

    value = opened("encryptedVerifierHashValue", _VALUE)
    expected = hashlib.new(lock.hash_name, opened("encryptedVerifierHashInput", _INPUT)).digest()
    if not hmac.compare_digest(expected, value[: len(expected)]):
        return None
    key = opened("encryptedKeyValue", _KEY)[: lock.key_bytes]
    return partial(_agile_pieces, _Lock.of(key_data), key, data)


def _agile_pieces(lock: _Lock, key: bytes, data: bytes) -> Iterator[bytes]:
    left = int.from_bytes(data[:8], "little")
    for number, at in enumerate(range(8, len(data), _SEGMENT)):
        vector = hashlib.new(lock.hash_name, lock.salt + struct.pack("<I", number)).digest()
        piece = _cbc(key, _fitted(vector, lock.block), data[at : at + _SEGMENT])[:left]
        left -= len(piece)
        yield piece


def _standard(head: bytes, data: bytes, password: str) -> partial[Iterator[bytes]] | None:
    size = struct.unpack_from("<I", head, 8)[0]
    key_bytes = (struct.unpack_from("<I", head, 12 + 16)[0] or 128) // 8
    verifier = head[12 + size :]
    salt, check, expected = verifier[4:20], verifier[20:36], verifier[40:72]
    turned = hashlib.sha1(
        _turned("sha1", salt, password, _STANDARD_TURNS) + struct.pack("<I", 0), usedforsecurity=False
    ).digest()
    halves = (
        bytes(a ^ b for a, b in zip(turned.ljust(64, b"\0"), bytes([fill]) * 64, strict=True)) for fill in (0x36, 0x5C)
    )
    key = b"".join(hashlib.sha1(half, usedforsecurity=False).digest() for half in halves)[:key_bytes]
    found = hashlib.sha1(_ecb(key, check), usedforsecurity=False).digest()
    if not hmac.compare_digest(found, _ecb(key, expected)[:20]):
        return None
    return partial(_standard_pieces, key, data)


def _standard_pieces(key: bytes, data: bytes) -> Iterator[bytes]:
    whole = int.from_bytes(data[:8], "little")
    yield _ecb(key, data[8 : 8 + (len(data) - 8) // 16 * 16])[:whole]


def _turned(name: str, salt: bytes, password: str, turns: int) -> bytes:
    digest = hashlib.new(name, salt + password.encode("utf-16-le")).digest()
    for number in range(turns):
        digest = hashlib.new(name, struct.pack("<I", number) + digest).digest()
    return digest


def _fitted(data: bytes, length: int) -> bytes:
    return data[:length].ljust(length, b"\x36")


def _cbc(key: bytes, vector: bytes, data: bytes) -> bytes:
    decryptor = Cipher(AES(key), CBC(vector)).decryptor()
    return decryptor.update(data[: len(data) // 16 * 16])


def _ecb(key: bytes, data: bytes) -> bytes:
    return Cipher(AES(key), ECB()).decryptor().update(data)  # noqa: S305 (Office 2007 locks so)
