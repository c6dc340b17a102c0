from __future__ import annotations

from django.urls import URLPattern, path

from hiroba.features.administration import views, views_journal

urlpatterns: list[URLPattern] = [
    path("administration/", views.administration, name="administration"),
    path("administration/state/", views.state, name="administration-state"),
    path("administration/people/", views.people, name="administration-people"),
    path("administration/people/import/", views.people_import, name="administration-import"),
    path(
        "administration/people/import/application/",
        views.people_import_application,
        name="administration-import-application",
    ),
    path("administration/people/<int:person_id>/", views.person, name="administration-person"),
    path("administration/people/<int:person_id>/state/", views.person_state, name="administration-person-state"),
    path("administration/people/<int:person_id>/roles/", views.person_roles, name="administration-person-roles"),
    path("administration/people/<int:person_id>/slip/", views.person_slip, name="administration-person-slip"),
    path("administration/units/", views.units, name="administration-units"),
    path("administration/teams/", views.teams, name="administration-teams"),
    path("administration/teams/<int:team_id>/", views.team, name="administration-team"),
    path("administration/journal/", views_journal.journal, name="administration-journal"),
    path("administration/journal/export/", views_journal.journal_export, name="administration-journal-export"),
]
