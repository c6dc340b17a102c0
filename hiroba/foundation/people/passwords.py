"""First passwords and reset codes: random, and readable from a slip of paper."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.hashers import make_password

# No l, o, i beside digits, no letters that sound alike over the phone: 14 × 5 syllables, 49 bits in eight of them.
_CONSONANTS, _VOWELS = "bdfghkmnprstyz", "aeiou"
GROUPS, HASHING_THREADS = 4, 2


FirstPasswords = dict[str, tuple[str, str]]  # login → the password and its hash


def readable_password() -> str:
    """Give a random password one can read aloud and type: `kamu-teso-niba-ruge` (49 bits)."""
    return "-".join("".join(_syllable() for _ in range(2)) for _ in range(GROUPS))


def _syllable() -> str:
    return secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS)


def first_passwords(logins: Iterable[str]) -> FirstPasswords:
    """Give each login a password and its hash. Slow on purpose (Argon2id): call it outside transactions."""
    passwords = {login: readable_password() for login in logins}
    with ThreadPoolExecutor(HASHING_THREADS) as pool:
        hashes = list(pool.map(make_password, passwords.values()))
    return {login: (plain, hashed) for (login, plain), hashed in zip(passwords.items(), hashes, strict=True)}
