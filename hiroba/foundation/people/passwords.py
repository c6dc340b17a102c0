"""Codes on slips of paper: they open the door once, for a limited time, and then a password is chosen.

A slip at first and a slip when a password is forgotten are the same thing. A code is random and long enough that its
SHA-256 tells nobody what it was, so ten thousand of them for 1 April cost no time."""

from __future__ import annotations

import datetime as dt
import secrets

from hiroba.foundation.people.models import ResetCode
from hiroba.foundation.people.sign_ins import digest_of

# No l, o, i beside digits, no letters that sound alike over the phone: 14 × 5 syllables, 61 bits in ten of them.
_CONSONANTS, _VOWELS = "bdfghkmnprstyz", "aeiou"
GROUPS = 5


def readable_password() -> str:
    """Give a random password one can read aloud and type: `kamu-teso-niba-ruge-zipa` (61 bits)."""
    return "-".join("".join(_syllable() for _ in range(2)) for _ in range(GROUPS))


def _syllable() -> str:
    return secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS)


def add_reset_code(person_id: int, expires_at: dt.datetime) -> str:
    """Make a code for a slip and give it; earlier codes of the person are worthless from now on."""
    code = readable_password()
    ResetCode.objects.filter(person_id=person_id).delete()
    ResetCode.objects.create(person_id=person_id, digest=digest_of(code), expires_at=expires_at)
    return code
