from __future__ import annotations

from django.urls import URLPattern, path

from hiroba.features.systems import views

urlpatterns: list[URLPattern] = [
    path("systems/", views.systems, name="systems"),
    path("systems/<int:source_id>/", views.system, name="system"),
    path("systems/<int:source_id>/columns/", views.columns, name="system-columns"),
    path("systems/<int:source_id>/question/", views.question, name="system-question"),
    path("systems/<int:source_id>/loss/", views.loss, name="system-loss"),
]
