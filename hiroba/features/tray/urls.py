from __future__ import annotations

from django.urls import URLPattern, path

from hiroba.features.tray import views

urlpatterns: list[URLPattern] = [
    path("tray/", views.tray, name="tray"),
    path("tray/papers/<int:paper_id>/", views.paper, name="paper"),
    path("tray/papers/<int:paper_id>/assignment/", views.assignment, name="paper-assignment"),
    path("tray/papers/<int:paper_id>/withdrawal/", views.withdrawal, name="paper-withdrawal"),
    path("tray/papers/<int:paper_id>/restoration/", views.restoration, name="paper-restoration"),
    path("tray/scans/<int:scan_id>/original/", views.scan_original, name="scan-original"),
    path("tray/separators/", views.separators, name="separators"),
    path("tray/separators/<int:separator_id>/", views.separator, name="separator"),
    path("tray/separators/<int:separator_id>/end/", views.separator_end, name="separator-end"),
]
