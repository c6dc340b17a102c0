"""The door: who gets in, who does not learn why, and what ends when."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from django.core.signing import dumps
from django.test import Client
from django.utils import timezone

from hiroba.features.account import actions
from hiroba.features.account.guessing import Caller, begin_try, is_spraying, new_device_cookie, require_patience
from hiroba.foundation.changes.models import JournalEntry
from hiroba.foundation.people.models import Person, Post, ResetCode, SignIn, SignInTry, Token
from hiroba.foundation.people.sign_ins import digest_of, find_person_by_token
from hiroba.foundation.refusal import Refusal
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
HERE = Caller("10.0.0.1", "Edge")


@pytest.fixture
def kimura(world: Any) -> Person:
    person: Person = world.kimura
    person.set_password(PASSWORD)
    person.save()
    return person


def knock(client: Client, login: str, password: str, **more: str) -> Any:
    return client.post("/sign-in/", {"login": login, "password": password, **more})


def enter(client: Client, person: Person) -> Client:
    assert knock(client, person.login, PASSWORD).status_code == 302
    return client


def code_of(act: Any, *arguments: Any) -> str:
    with pytest.raises(Refusal) as refused:
        act(*arguments)
    return refused.value.code


def test_a_person_comes_in_and_goes_on_to_where_they_wanted(client: Client, kimura: Person) -> None:
    answer = knock(client, "kimura", PASSWORD, next="/account/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert "木村 直美" in client.get("/account/").content.decode()
    assert JournalEntry.objects.filter(act="session.began", actor_id=kimura.pk).exists()


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_door_never_sends_anybody_out_of_the_house(client: Client, kimura: Person, elsewhere: str) -> None:
    assert knock(client, "kimura", PASSWORD, next=elsewhere)["Location"] == "/"


def test_unknown_login_and_wrong_password_answer_the_same(client: Client, kimura: Person) -> None:
    wrong, unknown = knock(client, "kimura", "ちがう"), knock(client, "nobody", "ちがう")
    assert wrong.status_code == unknown.status_code == 403
    strip = [
        answer.content.decode().replace("nobody", "kimura").split("csrfmiddlewaretoken") for answer in (wrong, unknown)
    ]
    assert strip[0][0] == strip[1][0]
    assert strip[0][1].split(">", 1)[1] == strip[1][1].split(">", 1)[1]


def test_unknown_login_and_wrong_password_take_the_same_time(kimura: Person) -> None:
    def seconds(login: str) -> float:
        times = []
        for _round in range(3):
            SignInTry.objects.all().delete()
            begun = time.process_time()  # of all threads: what the hasher works, whoever else is busy
            code_of(actions.sign_in, login, "ちがう", HERE)
            times.append(time.process_time() - begun)
        return min(times)

    known, unknown = seconds("kimura"), seconds("nobody")
    assert max(known, unknown) < 1.8 * min(known, unknown)


def test_the_session_id_rotates_at_the_door(client: Client, kimura: Person) -> None:
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    client.cookies["hiroba_session"] = before
    enter(client, kimura)
    assert client.session.session_key != before
    assert "x" not in client.session


def test_guessing_gets_slower_and_a_minute_is_the_longest(kimura: Person) -> None:
    SignInTry.objects.bulk_create(
        SignInTry(login="kimura", address=HERE.address, at=timezone.now() - dt.timedelta(seconds=n)) for n in range(30)
    )
    with pytest.raises(Refusal) as refused:
        actions.sign_in("kimura", PASSWORD, HERE)
    assert refused.value.code == "ACCOUNT-02"
    assert 50 < int(refused.value.params["seconds"]) <= 60
    assert SignInTry.objects.count() == 30, "waiting tries do not make the wait longer"


def test_a_victim_still_gets_in_from_their_own_browser_and_from_another_address(kimura: Person) -> None:
    SignInTry.objects.bulk_create(SignInTry(login="kimura", address=HERE.address, at=timezone.now()) for _ in range(30))
    own = Caller(HERE.address, "Edge", new_device_cookie("kimura"))
    assert actions.sign_in("kimura", PASSWORD, own) == kimura
    assert actions.sign_in("kimura", PASSWORD, Caller("10.0.0.2")) == kimura


def test_a_device_cookie_is_worth_nothing_for_another_login_or_when_forged(kimura: Person) -> None:
    SignInTry.objects.bulk_create(SignInTry(login="kimura", address=HERE.address, at=timezone.now()) for _ in range(30))
    for cookie in (new_device_cookie("kondo"), dumps(["kimura", "x"], salt="other"), "kimura", ""):
        assert code_of(require_patience, "kimura", Caller(HERE.address, "", cookie)) == "ACCOUNT-02"


def test_a_spray_over_many_logins_is_slowed_and_said_once_in_the_journal(kimura: Person) -> None:
    for number in range(19):
        SignInTry.objects.create(login=f"p{number}", address=HERE.address, at=timezone.now())
    assert not is_spraying(HERE.address)
    code_of(actions.sign_in, "nobody", "password", HERE)
    assert JournalEntry.objects.filter(detail="spray", address=HERE.address).count() == 1
    assert code_of(actions.sign_in, "kimura", "password", HERE) == "ACCOUNT-02"
    assert actions.sign_in("kimura", PASSWORD, Caller("10.0.0.9")) == kimura


def test_a_whole_office_behind_one_address_is_no_spray(kimura: Person) -> None:
    for number in range(25):
        SignInTry.objects.create(login=f"p{number}", address=HERE.address, at=timezone.now())
        SignIn.objects.create(person=kimura, session_key=f"k{number}", address=HERE.address, seen_at=timezone.now())
    assert not is_spraying(HERE.address)


def test_a_password_typed_into_the_login_box_is_not_written_to_the_journal(client: Client, kimura: Person) -> None:
    knock(client, "ひみつのことば", "x")
    assert not any(
        "ひみつ" in value for row in JournalEntry.objects.values_list("detail", "subject_id") for value in row
    )


def test_nobody_without_a_post_or_role_today_comes_in(client: Client, kimura: Person) -> None:
    Post.objects.filter(person=kimura).update(until_on=timezone.localdate() - dt.timedelta(days=1))
    assert code_of(actions.sign_in, "kimura", PASSWORD, HERE) == "ACCOUNT-01"


def test_a_deactivated_person_is_out_at_the_next_request(client: Client, kimura: Person) -> None:
    enter(client, kimura)
    Person.objects.filter(pk=kimura.pk).update(is_active=False)
    assert client.get("/account/").status_code == 302


def test_signing_out_is_a_post_and_the_old_cookie_opens_nothing(client: Client, kimura: Person) -> None:
    enter(client, kimura)
    cookie = client.cookies["hiroba_session"].value
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    client.cookies["hiroba_session"] = cookie
    assert client.get("/account/").status_code == 302
    assert not SignIn.objects.filter(person=kimura).exists()


def test_a_form_without_its_token_changes_nothing(kimura: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert knock(strict, "kimura", PASSWORD).status_code == 403


def test_a_new_password_ends_other_sessions_and_tokens_and_keeps_this_one(client: Client, kimura: Person) -> None:
    enter(client, kimura)
    other = enter(Client(), kimura)
    token = actions.add_token(kimura, "集計")
    new = "あたらしい-ひろば-9"
    assert client.post("/account/password/", {"old": PASSWORD, "new": new, "again": new}).status_code == 302
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert find_person_by_token(token) is None
    assert [row.session_key for row in SignIn.objects.filter(person=kimura)] == [client.session.session_key]


@pytest.mark.parametrize(
    "form",
    [
        {"old": "ちがう"},
        {"again": "べつ"},
        {"new": "1234567890", "again": "1234567890"},
        {"new": "短い", "again": "短い"},
    ],
)
def test_a_weak_or_mistyped_password_is_not_taken(client: Client, kimura: Person, form: dict[str, str]) -> None:
    enter(client, kimura)
    good = {"old": PASSWORD, "new": "あたらしい-ひろば-9", "again": "あたらしい-ひろば-9"}
    answer = client.post("/account/password/", good | form)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert Person.objects.get(pk=kimura.pk).check_password(PASSWORD)


def test_a_first_password_must_be_changed_before_anything_else(client: Client, kimura: Person) -> None:
    kimura.must_change_password = True
    kimura.save()
    assert knock(client, "kimura", PASSWORD)["Location"] == "/account/password/"
    assert client.get("/account/")["Location"] == "/account/password/"
    new = "あたらしい-ひろば-9"
    client.post("/account/password/", {"new": new, "again": new})
    assert client.get("/account/").status_code == 200


def test_a_reset_code_opens_once_and_not_after_its_time(kimura: Person) -> None:
    soon = timezone.now() + dt.timedelta(hours=1)
    ResetCode.objects.create(person=kimura, digest=digest_of("kamu-teso"), expires_at=soon)
    ResetCode.objects.create(person=kimura, digest=digest_of("furu-i"), expires_at=timezone.now())
    assert code_of(actions.sign_in, "kimura", "furu-i", HERE) == "ACCOUNT-01"
    assert actions.sign_in("kimura", "kamu-teso", HERE).must_change_password
    assert code_of(actions.sign_in, "kimura", "kamu-teso", HERE) == "ACCOUNT-01"


def test_one_ends_ones_own_sessions_and_nobody_elses(client: Client, world: Any, kimura: Person) -> None:
    enter(client, kimura)
    other = enter(Client(), kimura)
    stranger = SignIn.objects.create(person=world.kondo, session_key="z", seen_at=timezone.now())
    assert client.post("/account/sessions/", {"session": stranger.pk}).status_code == 404
    client.post("/account/sessions/", {"session": "others"})
    assert other.get("/account/").status_code == 302
    assert client.get("/account/sessions/").content.decode().count('<li class="row between">') == 1
    assert SignIn.objects.filter(pk=stranger.pk).exists()


def test_a_token_is_shown_once_stored_as_digest_and_ends(client: Client, world: Any, kimura: Person) -> None:
    client.force_login(kimura)
    page = client.post("/account/tokens/", {"name": "集計", "days": "30"}).content.decode()
    plain = page.split("<code>")[1].split("</code>")[0]
    token = Token.objects.get()
    assert token.digest != plain
    assert plain not in client.get("/account/tokens/").content.decode()
    assert find_person_by_token(plain) == kimura
    assert code_of(actions.end_token, world.kondo, token.pk) == "ACCESS-01"
    Token.objects.update(expires_at=timezone.now())
    assert find_person_by_token(plain) is None


def test_the_screen_speaks_the_language_one_chose(client: Client, kimura: Person) -> None:
    client.force_login(kimura)
    client.post("/account/language/", {"language": "en"})
    assert '<html lang="en">' in client.get("/account/").content.decode()
    assert client.post("/account/language/", {"language": "xx"}).status_code == 400


def test_a_crowd_that_is_just_signing_in_from_one_address_is_no_spray(kimura: Person) -> None:
    for number in range(30):
        begin_try(f"p{number}", HERE)
    assert not is_spraying(HERE.address)
    assert actions.sign_in("kimura", PASSWORD, HERE) == kimura
