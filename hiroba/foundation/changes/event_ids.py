"""Turn a `seq` into an id that tells nothing: gaps between plain numbers would betray what one may not see.

Each id is 48 characters, different each time, and only this office's key opens it: a stream cipher from HMAC-SHA256 in
counter mode over a random nonce, then a MAC over nonce and cipher text (encrypt-then-MAC, one key for each use)."""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import hmac
import os

from django.conf import settings

_NONCE, _SEQ, _MAC = 12, 8, 16


def seal(seq: int) -> str:
    """Give the id of `seq`, safe in a header and in an address."""
    nonce = os.urandom(_NONCE)
    hidden = nonce + _mask(nonce, seq.to_bytes(_SEQ, "big"))
    return base64.urlsafe_b64encode(hidden + _mac(hidden)).decode()


def unseal(text: str) -> int | None:
    """Give the `seq` of an id; None when this office never gave it out."""
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    hidden, mac = raw[: _NONCE + _SEQ], raw[_NONCE + _SEQ :]
    if not hmac.compare_digest(mac, _mac(hidden)):
        return None
    return int.from_bytes(_mask(hidden[:_NONCE], hidden[_NONCE:]), "big")


@functools.cache
def _key(use: str, secret: str) -> bytes:
    return hmac.digest(secret.encode(), f"hiroba.changes.event_ids.{use}".encode(), hashlib.sha256)


def _mask(nonce: bytes, value: bytes) -> bytes:
    stream = hmac.digest(_key("hide", settings.SECRET_KEY), nonce, hashlib.sha256)
    return bytes(a ^ b for a, b in zip(value, stream, strict=False))


def _mac(hidden: bytes) -> bytes:
    return hmac.digest(_key("prove", settings.SECRET_KEY), hidden, hashlib.sha256)[:_MAC]
