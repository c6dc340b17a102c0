"""The address of the first page."""

from __future__ import annotations

from django.urls import path

from hiroba.features.today import views

urlpatterns = [path("", views.today, name="today")]
