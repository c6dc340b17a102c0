from __future__ import annotations

from django.urls import URLPattern, path

from hiroba.features.browsing import views

urlpatterns: list[URLPattern] = [
    path("units/", views.units, name="units"),
    path("units/<str:code>/", views.unit, name="unit"),
    path("people/<str:login>/", views.colleague, name="person"),
]
