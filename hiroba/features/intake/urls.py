"""Addresses of intake."""

from __future__ import annotations

from django.urls import path

from hiroba.features.intake import views

urlpatterns = [
    path("intake/", views.intake, name="intake"),
    path("intake/batches/", views.batches, name="intake-batches"),
    path("intake/batches/<int:batch_id>/", views.batch, name="intake-batch"),
    path("intake/batches/<int:batch_id>/files/", views.files, name="intake-files"),
    path("intake/batches/<int:batch_id>/withdrawal/", views.batch_withdrawal, name="intake-batch-withdrawal"),
    path("intake/items/<int:item_id>/retry/", views.retry, name="intake-retry"),
    path("intake/items/<int:item_id>/unlocking/", views.unlocking, name="intake-unlocking"),
    path("intake/items/<int:item_id>/interruption/", views.interruption, name="intake-interruption"),
    path("intake/items/<int:item_id>/continuation/", views.continuation, name="intake-continuation"),
    path("intake/records/<int:record_id>/release/", views.release, name="intake-release"),
    path("intake/settlement/", views.settlement, name="intake-settlement"),
]
