"""What a person does about their own account. Nobody else's: each action takes the person who acts."""

from __future__ import annotations

import datetime as dt
import secrets

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone

from hiroba.features.account.guessing import Caller, Try, begin_try, end_failed_try, forget_tries
from hiroba.foundation.changes import journal
from hiroba.foundation.people.models import Person, ResetCode, SignIn, Token
from hiroba.foundation.people.queries import today
from hiroba.foundation.people.sign_ins import digest_of, end_sign_in, end_sign_ins, end_tokens, has_place
from hiroba.foundation.refusal import Refusal

TOKEN_PREFIX = "hiroba_"  # noqa: S105 - what a token begins with, so that scanners find leaked ones
TOKEN_DAYS = 365
LANGUAGES = ("", "ja", "en")


def sign_in(login: str, password: str, caller: Caller) -> Person:
    """Give the person who may come in with this password, or with the code of a reset slip (which is then used up).

    ACCOUNT-01 for everything that is wrong (unknown login, wrong password, nobody's post any more), in the same time;
    ACCOUNT-02 while the next try has to wait."""
    begun = begin_try(login, caller)
    person = Person.objects.filter(login=login).first()
    if person is None or not person.has_usable_password():
        make_password(password)  # the same work as for somebody who exists
        is_right = False
    else:
        is_right = person.check_password(password)
    is_right = is_right or (person is not None and _use_reset_code(person, password))
    if person is None or not is_right or not person.is_active or not has_place(person, today()):
        _refuse_sign_in(begun, person, caller)
        raise Refusal("ACCOUNT-01")
    forget_tries(person, caller)
    return person


def _refuse_sign_in(begun: Try, person: Person | None, caller: Caller) -> None:
    begins_to_spray = end_failed_try(begun, caller)
    # A login that does not exist may be a password typed into the wrong box: it is not written down.
    known = person.login if person else ""
    journal.note_now(None, "session.refused", "person", known, address=caller.address, result="refused")
    if begins_to_spray:
        journal.note_now(None, "session.refused", detail="spray", address=caller.address, result="alarm")


@transaction.atomic
def _use_reset_code(person: Person, code: str) -> bool:
    """Use up a reset code: it opens once, and the person must then choose a password."""
    found = ResetCode.objects.filter(person=person, digest=digest_of(code.strip()), expires_at__gt=timezone.now())
    if not found.delete()[0]:
        return False
    person.must_change_password = True
    person.save(update_fields=["must_change_password"])
    journal.note_now(person.pk, "password.reset", "person", person.pk, detail="slip used")
    return True


def begin_session(person: Person, session_key: str, caller: Caller) -> SignIn:
    """Remember a new session for the person's list; sessions that have run out are forgotten."""
    journal.note_now(person.pk, "session.began", "person", person.pk, address=caller.address)
    now = timezone.now()
    return SignIn.objects.create(
        person=person, session_key=session_key, agent=caller.agent[:200], address=caller.address or None, seen_at=now
    )


@transaction.atomic
def end_session(person: Person, session_key: str) -> None:
    """Sign out of the session at hand."""
    end_sign_in(session_key)
    journal.note_now(person.pk, "session.ended", "person", person.pk)


@transaction.atomic
def end_session_elsewhere(person: Person, sign_in_id: int) -> None:
    """Sign out of one of one's own other browsers; ACCESS-01 when there is no such one."""
    found = SignIn.objects.filter(person=person, pk=sign_in_id).first()
    if found is None:
        raise Refusal("ACCESS-01")
    end_session(person, found.session_key)


@transaction.atomic
def end_sessions_elsewhere(person: Person, here: str) -> int:
    """Sign the person out of every other browser; give how many."""
    journal.note_now(person.pk, "sessions.ended", "person", person.pk)
    return end_sign_ins([person.pk], but=here)


@transaction.atomic
def change_password(person: Person, new: str, here: str) -> None:
    """Set a new password; every other session and all tokens end. ValidationError when it is too weak."""
    validate_password(new, person)
    person.set_password(new)
    person.must_change_password = False
    person.save(update_fields=["password", "must_change_password"])
    ResetCode.objects.filter(person=person).delete()
    end_sign_ins([person.pk], but=here)
    end_tokens([person.pk])
    journal.note_now(person.pk, "password.changed", "person", person.pk)


def follow_session(old_key: str, new_key: str) -> None:
    """Keep a session in the person's list when its id rotates."""
    SignIn.objects.filter(session_key=old_key).update(session_key=new_key)


@transaction.atomic
def add_token(person: Person, name: str, days: int = TOKEN_DAYS) -> str:
    """Make a personal token for the API and give it: it can be shown only now, for only its SHA-256 is stored."""
    plain = TOKEN_PREFIX + secrets.token_urlsafe(32)
    expires_at = timezone.now() + dt.timedelta(days=min(max(days, 1), TOKEN_DAYS))
    token = Token.objects.create(person=person, name=name.strip()[:100], digest=digest_of(plain), expires_at=expires_at)
    journal.note_now(person.pk, "token.added", "token", token.pk)
    return plain


@transaction.atomic
def end_token(person: Person, token_id: int) -> None:
    """Make one of one's own tokens worthless; ACCESS-01 when there is no such one."""
    if not Token.objects.filter(person=person, pk=token_id).delete()[0]:
        raise Refusal("ACCESS-01")
    journal.note_now(person.pk, "token.ended", "token", token_id)


def choose_language(person: Person, language: str) -> None:
    """Choose the language of the screen; "" follows the browser."""
    if language not in LANGUAGES:
        raise Refusal("ACCOUNT-04")
    person.language = language
    person.save(update_fields=["language"])
