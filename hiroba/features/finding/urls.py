"""Addresses of searching."""

from __future__ import annotations

from django.urls import path

from hiroba.features.finding import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/suggestions/", views.suggestions, name="search-suggestions"),
    path("folders/", views.folders, name="folders"),
]
