from __future__ import annotations

from django.urls import URLPattern, path

from hiroba.features.forms import views

urlpatterns: list[URLPattern] = [
    path("forms/", views.forms, name="forms"),
    path("forms/<int:form_id>/", views.form, name="form"),
    path("forms/<int:form_id>/fields/", views.fields, name="form-fields"),
    path("forms/<int:form_id>/sheets/", views.sheets, name="form-sheets"),
    path("forms/<int:form_id>/questions/", views.questions, name="form-questions"),
    path("forms/<int:form_id>/export/<str:kind>/", views.export, name="form-export"),
    path("forms/<int:form_id>/end/", views.end, name="form-end"),
    path("forms/sheets/<int:sheet_id>/", views.sheet, name="filled-sheet"),
    path("forms/sheets/<int:sheet_id>/withdrawal/", views.sheet_withdrawal, name="filled-sheet-withdrawal"),
    path("forms/values/<int:value_id>.png", views.picture, name="field-picture"),
]
