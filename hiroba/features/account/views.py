"""The door, and the pages about oneself."""

from __future__ import annotations

from django.contrib.auth import login as begin_django_session
from django.contrib.auth import logout as end_django_session
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.features.account import actions, queries
from hiroba.features.account.forms import PasswordForm, SignInForm, TokenForm
from hiroba.features.account.guessing import DEVICE_DAYS, Caller, new_device_cookie
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import person_of
from hiroba.foundation.web.words import say

DEVICE_COOKIE = "hiroba_device"


def caller_of(request: HttpRequest) -> Caller:
    """Give where the request comes from; behind a proxy the server has put the client's address in REMOTE_ADDR."""
    return Caller(
        address=str(request.META.get("REMOTE_ADDR", "")),
        agent=request.headers.get("User-Agent", ""),
        device_cookie=request.COOKIES.get(DEVICE_COOKIE, ""),
    )


def next_path(request: HttpRequest) -> str:
    """Give the local path to go on to; an address elsewhere becomes the first page."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    is_local = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_local else "/"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let a person in by login and password; the session's id rotates."""
    form = SignInForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            return _let_in(request, form)
        except Refusal as refusal:
            form.add_error(None, say(refusal.code, refusal.params))
            status = 429 if refusal.code == "ACCOUNT-02" else 403
    return render(request, "account/sign_in.html", {"form": form, "next": next_path(request)}, status=status)


def _let_in(request: HttpRequest, form: SignInForm) -> HttpResponse:
    caller = caller_of(request)
    person = actions.sign_in(form.cleaned_data["login"].strip(), form.cleaned_data["password"], caller)
    request.session.flush()
    begin_django_session(request, person)
    actions.begin_session(person, str(request.session.session_key), caller)
    to = reverse("account-password") if person.must_change_password else next_path(request)
    answer = HttpResponseRedirect(to)
    secure = request.is_secure()
    age = DEVICE_DAYS * 86400
    answer.set_cookie(
        DEVICE_COOKIE, new_device_cookie(person.login), max_age=age, httponly=True, samesite="Lax", secure=secure
    )
    return answer


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session; only by POST, so that no picture or link can do it."""
    actions.end_session(person_of(request), str(request.session.session_key))
    end_django_session(request)
    return redirect("sign-in")


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Show who I am here and as whom I may read."""
    own = queries.own_page_of(person_of(request))
    done = _("パスワードを変えました。ほかの場所からはサインアウトしました。")
    notices = [{"kind": "ok", "text": done}] if request.GET.get("done") == "password" else []
    return render(request, "account/account.html", {"own": own, "notices": notices})


@never_cache
@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; every other session and all tokens end."""
    person = person_of(request)
    form = PasswordForm(person, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "account/password.html", {"form": form})
    here = str(request.session.session_key)
    actions.change_password(person, form.cleaned_data["new"], here)
    update_session_auth_hash(request, person)
    actions.follow_session(here, str(request.session.session_key))
    return redirect(reverse("account") + "?done=password")


@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """List where I am signed in; POST ends one of them, or all but this one."""
    person, here = person_of(request), str(request.session.session_key)
    if request.method == "POST":
        which = request.POST.get("session", "")
        if which.isascii() and which.isdigit() and len(which) < 19:
            actions.end_session_elsewhere(person, int(which))
        else:
            actions.end_sessions_elsewhere(person, here)
        return redirect("account-sessions")
    return render(request, "account/sessions.html", {"sessions": queries.sessions_of(person), "here": here})


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List my tokens; POST makes one and shows it this once."""
    person = person_of(request)
    form = TokenForm(request.POST if request.method == "POST" else None)
    plain = ""
    if form.is_valid():
        plain = actions.add_token(person, form.cleaned_data["name"], form.cleaned_data["days"])
        form = TokenForm()
    return render(request, "account/tokens.html", {"form": form, "plain": plain, "tokens": queries.tokens_of(person)})


@require_POST
def token_end(request: HttpRequest, token_id: int) -> HttpResponse:
    """Make one of my tokens worthless."""
    actions.end_token(person_of(request), token_id)
    return redirect("account-tokens")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language of the screen."""
    actions.choose_language(person_of(request), request.POST.get("language", ""))
    return redirect("account")
