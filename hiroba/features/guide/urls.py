from __future__ import annotations

from django.urls import URLPattern, path

from hiroba.features.guide import views

urlpatterns: list[URLPattern] = [
    path("help/", views.contents, name="help"),
    path("help/<slug:name>/", views.page, name="help-page"),
]
