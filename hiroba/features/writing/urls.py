"""Addresses of pages and their drafts."""

from __future__ import annotations

from django.urls import path

from hiroba.features.writing import views, views_pages

urlpatterns = [
    path("pages/", views.pages, name="pages"),
    path("pages/new/", views.new, name="new-page"),
    path("pages/drafts/<int:draft_id>/", views.draft, name="draft"),
    path("pages/drafts/<int:draft_id>/blocks/", views.blocks, name="draft-blocks"),
    path("pages/drafts/<int:draft_id>/changes/", views.changes, name="draft-changes"),
    path("pages/drafts/<int:draft_id>/sharing/", views.sharing, name="draft-sharing"),
    path("pages/drafts/<int:draft_id>/posting/", views.post, name="draft-posting"),
    path("pages/drafts/<int:draft_id>/history/", views.history, name="draft-history"),
    path("pages/drafts/<int:draft_id>/end/", views.discard, name="draft-end"),
    path("pages/drafts/<int:draft_id>/pictures/", views.picture, name="draft-pictures"),
    path("pages/pictures/<int:item_id>/", views.picture_state, name="picture-state"),
    path("pages/<int:record_id>/rewriting/", views_pages.rewriting, name="page-rewriting"),
    path("pages/<int:record_id>/place/", views_pages.place, name="page-place"),
    path("pages/<int:record_id>/export/<str:kind>/", views_pages.download, name="page-download"),
]
