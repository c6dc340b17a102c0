"""Requests through the whole stack, with a few views of this test's own behind it."""

import datetime as dt
import errno
import sys

import pytest
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from hiroba.foundation.people.models import Person, Post, Unit
from hiroba.foundation.people.queries import today
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.views import not_found, server_error

RAISED: dict[str, Exception] = {
    "hidden": Refusal("ACCESS-01"),
    "missing": Http404("no such thing"),
    "forbidden": Refusal("ACCESS-02"),
    "bad": Refusal("ACCESS-03"),
    "large": Refusal("INGEST-04", limit_mb=300),
    "full": OSError(errno.ENOSPC, "No space left on device"),
    "full-database": OperationalError("database or disk is full"),
    "busy": OperationalError("database is locked"),
    "fault": ValueError("secret detail"),
}


def ok(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.person.login if request.person else "nobody")


def falls(request: HttpRequest, how: str) -> HttpResponse:
    raise RAISED[how]


def cached(request: HttpRequest) -> HttpResponse:
    return HttpResponse("x", headers={"Cache-Control": request.GET["as"]})


urlpatterns = [
    path("sign-in/", ok, name="sign-in"),
    path("account/password/", ok, name="account-password"),
    path("inside/", ok, name="inside"),
    path("cached/", cached, name="cached"),
    path("falls/<slug:how>/", falls, name="falls"),
    path("api/thing/", ok, name="api-thing"),
    path("api/falls/<slug:how>/", falls, name="api-falls"),
    path("", include("hiroba.features.guide.urls")),
    path("other/", include(([path("help/", ok, name="help")], "other"))),
]
handler404 = not_found
handler500 = server_error

pytestmark = [pytest.mark.django_db, pytest.mark.urls(sys.modules[__name__].__name__)]


@pytest.fixture
def kimura() -> Person:
    person = Person.objects.create(login="kimura", name="木村 直美")
    Post.objects.create(person=person, unit=Unit.objects.create(code="0402"), from_on=today())
    return person


@pytest.fixture
def browser(kimura: Person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(kimura)
    return client


def test_somebody_who_has_not_signed_in_is_asked_to_and_comes_back() -> None:
    answer = Client().get("/inside/?q=a&b")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in/?next=%2Finside%2F%3Fq%3Da%26b"


def test_a_form_sent_without_signing_in_does_not_come_back_to_its_address() -> None:
    assert Client().post("/inside/").headers["Location"] == "/sign-in/?next=%2F"


def test_a_script_without_signing_in_is_told_so_in_json() -> None:
    answer = Client().get("/api/thing/")
    assert answer.status_code == 401
    assert answer.json()["code"] == "WEB-01"


def test_a_personal_token_is_judged_by_the_api_itself_and_opens_no_page() -> None:
    with_token = Client(headers={"Authorization": "Bearer x"})
    assert with_token.get("/api/thing/").content == b"nobody"
    assert with_token.get("/inside/").status_code == 302


def test_an_address_of_another_room_does_not_become_open_by_its_name() -> None:
    assert Client().get("/other/help/").status_code == 302


def test_help_is_open_to_everybody() -> None:
    assert Client().get("/help/").status_code == 200


def test_the_signed_in_person_is_on_the_request(browser: Client) -> None:
    assert browser.get("/inside/").content == b"kimura"


def test_a_person_who_was_deactivated_is_out_at_the_next_request(browser: Client, kimura: Person) -> None:
    Person.objects.filter(pk=kimura.pk).update(is_active=False)
    assert browser.get("/inside/").status_code == 302
    assert browser.get("/api/thing/").status_code == 401


def test_a_person_whose_last_post_ended_is_out_at_the_next_request(browser: Client, kimura: Person) -> None:
    yesterday = today() - dt.timedelta(days=1)
    kimura.posts.update(from_on=yesterday, until_on=yesterday)
    assert browser.get("/inside/").status_code == 302


def test_a_first_password_must_be_changed_before_anything_else(browser: Client, kimura: Person) -> None:
    Person.objects.filter(pk=kimura.pk).update(must_change_password=True)
    assert browser.get("/inside/").headers["Location"] == "/account/password/"
    assert browser.get("/account/password/").status_code == 200
    assert browser.get("/api/thing/").json()["code"] == "WEB-02"


def test_pages_speak_the_language_the_person_chose(browser: Client, kimura: Person) -> None:
    Person.objects.filter(pk=kimura.pk).update(language="en")
    assert b'<html lang="en">' in browser.get("/help/").content


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("hidden", 404, "ACCESS-01"),
        ("missing", 404, "ACCESS-01"),
        ("forbidden", 403, "ACCESS-02"),
        ("bad", 400, "ACCESS-03"),
        ("large", 413, "INGEST-04"),
        ("full", 507, "INGEST-05"),
        ("full-database", 507, "INGEST-05"),
        ("busy", 503, "WEB-05"),
        ("fault", 500, "WEB-03"),
    ],
)
def test_each_refusal_has_its_status_and_words(browser: Client, how: str, status: int, code: str) -> None:
    page = browser.get(f"/falls/{how}/")
    assert page.status_code == status
    assert code in page.content.decode()
    script = browser.get(f"/api/falls/{how}/")
    assert script.status_code == status
    assert script.json()["code"] == code


def test_hidden_looks_exactly_like_missing(browser: Client) -> None:
    assert browser.get("/falls/hidden/").content == browser.get("/falls/missing/").content
    hidden, missing = browser.get("/falls/hidden/"), browser.get("/nowhere/")
    assert (hidden.content, dict(hidden.headers)) == (missing.content, dict(missing.headers))


def test_a_fault_shows_nothing_of_itself(browser: Client) -> None:
    assert b"secret detail" not in browser.get("/falls/fault/").content


@pytest.mark.parametrize("path", ["/inside/", "/falls/hidden/", "/api/thing/", "/help/"])
def test_no_answer_is_kept_by_a_cache(browser: Client, path: str) -> None:
    assert browser.get(path).headers["Cache-Control"] == "private, no-store"


def test_a_view_may_let_the_persons_own_browser_keep_an_answer_but_no_shared_cache(browser: Client) -> None:
    assert browser.get("/cached/?as=private,max-age=60").headers["Cache-Control"] == "private,max-age=60"
    assert browser.get("/cached/?as=public,max-age=60").headers["Cache-Control"] == "private, no-store"


def test_pages_carry_the_headers_that_keep_them_to_themselves(browser: Client) -> None:
    headers = browser.get("/help/").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "object-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy


def test_places_that_do_not_exist_are_not_in_the_rail(browser: Client) -> None:
    html = browser.get("/help/").content.decode()
    assert 'aria-label="主な場所"' in html
    assert 'class="sub"' not in html
    assert 'href=""' not in html and 'href="None"' not in html
