"""Addresses of records."""

from __future__ import annotations

from django.urls import path

from hiroba.features.reading import paper_views, talk_views, views

urlpatterns = [
    path("records/<int:record_id>/", views.record, name="record"),
    path("records/<int:record_id>/card/", views.card, name="record-card"),
    path("records/<int:record_id>/original/", views.original, name="record-original"),
    path("records/<int:record_id>/pages/<int:number>.webp", views.page, name="record-page"),
    path("records/<int:record_id>/media/", views.media, name="record-media"),
    path("records/<int:record_id>/differences/", views.differences, name="record-differences"),
    path("records/<int:record_id>/why/", views.why, name="record-why"),
    path("records/<int:record_id>/audience/", views.audience, name="record-audience"),
    path("records/<int:record_id>/settlement/", views.settlement, name="record-settlement"),
    path("records/<int:record_id>/correction/", paper_views.correction, name="record-correction"),
    path("records/<int:record_id>/saying/", talk_views.saying, name="record-saying"),
    path("records/<int:record_id>/speaker/", talk_views.speaker, name="record-speaker"),
    path("records/<int:record_id>/corrections/", paper_views.corrections, name="record-corrections"),
    path(
        "records/<int:record_id>/corrections/<int:correction_id>/undo/",
        paper_views.correction_undo,
        name="record-correction-undo",
    ),
    path("records/<int:record_id>/searchable.pdf", paper_views.searchable, name="record-searchable"),
    path("records/<int:record_id>/withdrawal/", views.withdrawal, name="record-withdrawal"),
    path("records/<int:record_id>/restoration/", views.restoration, name="record-restoration"),
    path("folders/opening/", views.folder_opening, name="folder-opening"),
]
