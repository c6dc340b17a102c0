from __future__ import annotations

from django.urls import URLPattern, path

from hiroba.features.administration import views, views_journal, views_sources, views_words

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
    path(
        "administration/people/import/waiting/<int:pending_id>/",
        views.people_import_waiting,
        name="administration-import-waiting",
    ),
    path("administration/people/<int:person_id>/", views.person, name="administration-person"),
    path("administration/people/<int:person_id>/state/", views.person_state, name="administration-person-state"),
    path("administration/people/<int:person_id>/roles/", views.person_roles, name="administration-person-roles"),
    path("administration/people/<int:person_id>/slip/", views.person_slip, name="administration-person-slip"),
    path("administration/units/", views.units, name="administration-units"),
    path("administration/teams/", views.teams, name="administration-teams"),
    path("administration/teams/<int:team_id>/", views.team, name="administration-team"),
    path("administration/words/", views_words.words, name="administration-words"),
    path("administration/sources/", views_sources.source_list, name="administration-sources"),
    path("administration/sources/kinds/<str:kind>/", views_sources.source_new, name="administration-source-new"),
    path(
        "administration/sources/identities/", views_sources.source_identities, name="administration-source-identities"
    ),
    path("administration/sources/<int:source_id>/", views_sources.source, name="administration-source"),
    path(
        "administration/sources/<int:source_id>/settings/",
        views_sources.source_settings,
        name="administration-source-settings",
    ),
    path(
        "administration/sources/<int:source_id>/visit/", views_sources.source_visit, name="administration-source-visit"
    ),
    path(
        "administration/sources/<int:source_id>/state/", views_sources.source_state, name="administration-source-state"
    ),
    path(
        "administration/sources/<int:source_id>/end/",
        views_sources.source_end,
        name="administration-source-end",
    ),
    path("administration/journal/", views_journal.journal, name="administration-journal"),
    path("administration/journal/export/", views_journal.journal_export, name="administration-journal-export"),
]
