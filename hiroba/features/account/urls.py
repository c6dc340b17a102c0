from __future__ import annotations

from django.urls import URLPattern, path

from hiroba.features.account import views

urlpatterns: list[URLPattern] = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("account/", views.account, name="account"),
    path("account/password/", views.password, name="account-password"),
    path("account/sessions/", views.sessions, name="account-sessions"),
    path("account/tokens/", views.tokens, name="account-tokens"),
    path("account/tokens/<int:token_id>/end/", views.token_end, name="account-token-end"),
    path("account/language/", views.language, name="account-language"),
]
