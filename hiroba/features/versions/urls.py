from __future__ import annotations

from django.urls import URLPattern, path

from hiroba.features.versions import views

urlpatterns: list[URLPattern] = [
    path("versions/", views.versions, name="versions"),
    path("versions/<int:pair_id>/decision/", views.decision, name="version-decision"),
    path("records/<int:record_id>/versions/", views.record_versions, name="record-versions"),
]
