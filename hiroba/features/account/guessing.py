"""Slow guessing down without locking anybody out.

A failed try makes the next one wait, longer each time, for the same login from the same address. A browser in which
the person has signed in before carries a device cookie (OWASP, "Slow Down Online Guessing Attacks with Device
Cookies"): its tries are counted apart, so that somebody else's guessing never holds the owner up. One address that
fails with many logins and hardly ever succeeds is a spray: it waits too, and the journal says so. No wait is longer
than a minute, and a try while waiting neither checks the password nor makes the wait longer.

A try counts from the moment it begins: many at once see one another, and all but the first few of them wait."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from django.core import signing
from django.db import connection, transaction
from django.utils import timezone

from hiroba.foundation.people.models import Person, SignIn, SignInTry
from hiroba.foundation.refusal import Refusal

WINDOW = dt.timedelta(minutes=15)
FREE_TRIES = 3
LONGEST_WAIT = 60
SPRAY_LOGINS, SPRAY_RATIO, SPRAY_WAIT = 20, 3, 5
DEVICE_DAYS = 180
_SALT = "hiroba.account.device"


@dataclass(frozen=True)
class Caller:
    """From where somebody knocks: address, browser, and the device cookie it brought."""

    address: str
    agent: str = ""
    device_cookie: str = ""

    def device_of(self, login: str) -> str:
        """Give the device's name if this browser has let `login` in before, else ""."""
        try:
            known, device = signing.loads(self.device_cookie, salt=_SALT, max_age=DEVICE_DAYS * 86400)
        except (signing.BadSignature, ValueError, TypeError):
            return ""
        return str(device) if known == login else ""


def new_device_cookie(login: str) -> str:
    """Give the signed value that marks a browser as one where `login` signs in."""
    return signing.dumps([login, secrets.token_hex(16)], salt=_SALT)


def require_patience(login: str, caller: Caller) -> None:
    """Refuse with ACCOUNT-02 (seconds) while the next try has to wait; the same for logins that do not exist."""
    now = timezone.now()
    device = caller.device_of(login)
    waits = [_wait(_tries(login, caller, device), now)]
    if not device and is_spraying(caller.address):
        last = SignInTry.objects.filter(address=caller.address, is_open=False, at__lte=now).order_by("-at").first()
        waits.append(SPRAY_WAIT - (now - last.at).total_seconds() if last else 0)
    if max(waits) > 0:
        raise Refusal("ACCOUNT-02", seconds=int(max(waits)) + 1)


def _tries(login: str, caller: Caller, device: str) -> list[dt.datetime]:
    now = timezone.now()  # a try later than that was before the clock was set back: it holds nobody up
    tries = SignInTry.objects.filter(login=login[:64], at__gt=now - WINDOW, at__lte=now)
    mine = tries.filter(device=device) if device else tries.filter(address=caller.address, device="")
    return list(mine.order_by("at").values_list("at", flat=True))


def _wait(tries: list[dt.datetime], now: dt.datetime) -> float:
    """Give the seconds still to wait: 1, 2, 4 … after the free tries, a minute at most."""
    if len(tries) < FREE_TRIES:
        return 0
    pause = min(1 << (len(tries) - FREE_TRIES), LONGEST_WAIT)
    return pause - (now - tries[-1]).total_seconds()


def is_spraying(address: str) -> bool:
    """Tell whether the address fails with many logins and hardly ever succeeds (a whole office behind one address
    fails often too, but succeeds more)."""
    since = timezone.now() - WINDOW
    failed = SignInTry.objects.filter(address=address, at__gt=since, is_open=False).values("login").distinct().count()
    if failed < SPRAY_LOGINS:
        return False
    return failed > SPRAY_RATIO * SignIn.objects.filter(address=address, created_at__gt=since).count()


@dataclass(frozen=True)
class Try:
    """A try that has begun: it counts as failed until it is taken back."""

    pk: int
    was_spraying: bool


def begin_try(login: str, caller: Caller) -> Try:
    """Count a try before the password is looked at, one caller after another: ACCOUNT-02 as in `require_patience`, and
    then nothing is counted. Tries older than the window are forgotten."""
    with transaction.atomic():
        _one_after_another(login)
        require_patience(login, caller)
        was_spraying = is_spraying(caller.address)
        now = timezone.now()
        SignInTry.objects.filter(at__lt=now - WINDOW).delete()
        device = caller.device_of(login)
        row = SignInTry.objects.create(login=login[:64], address=caller.address, device=device, at=now, is_open=True)
    return Try(row.pk, was_spraying)


def _one_after_another(login: str) -> None:
    """Let one try with a login at a time look and count. SQLite's transactions begin with the lock (IMMEDIATE);
    PostgreSQL takes one that ends with the transaction, keyed by the login's hash, known or not."""
    if connection.vendor == "postgresql":
        key = int.from_bytes(hashlib.sha256(login.encode("utf-8", "replace")).digest()[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def end_failed_try(begun: Try, caller: Caller) -> bool:
    """Judge a try as failed; True when with it the address begins to spray."""
    SignInTry.objects.filter(pk=begun.pk).update(is_open=False)
    return not begun.was_spraying and is_spraying(caller.address)


def forget_tries(person: Person, caller: Caller) -> None:
    """Start counting anew after a sign-in from here."""
    SignInTry.objects.filter(login=person.login, address=caller.address).delete()
