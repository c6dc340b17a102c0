"""Forms that were described once, the sheets that were filled in, and what each of their fields says."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hiroba.archive.models import Record, Revision
from hiroba.foundation.access.models import Audience
from hiroba.foundation.people.models import Person, Unit


class Medium(models.TextChoices):
    """What a form's places are: boxes on a page, or cells of a spreadsheet."""

    PAPER = "paper", _("紙(PDF・画像)")
    CELLS = "cells", _("表(Excel など)")


class Form(models.Model):
    """A form of a section. `blank` is the revision of the empty sheet on which its places were shown."""

    name = models.CharField(max_length=100)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="forms")
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="forms")
    blank = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    page = models.PositiveIntegerField(default=1)
    # The empty page's size in points (1/72 inch), the frame of its boxes; 0 for cells.
    wide = models.FloatField(default=0)
    high = models.FloatField(default=0)
    medium = models.CharField(max_length=8, choices=Medium.choices)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    @property
    def is_measuring(self) -> bool:
        """Whether the worker has still to measure the page and to propose its boxes."""
        return self.medium == Medium.PAPER and self.wide == 0


class FormField(models.Model):
    """A named place of a form; see hiroba.extract.form_places.Field."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="fields")
    ordinal = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=8)
    place = models.CharField(max_length=200)
    choices = models.JSONField(default=list)  # [{"value", "place"}, …]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "name"], name="form_field_once")]


class SheetState(models.TextChoices):
    """How far the reading of a filled sheet is."""

    READING = "reading", _("読んでいます")
    ASKING = "asking", _("確かめてください")
    DONE = "done", _("読みました")
    FAILED = "failed", _("読めませんでした")


class FilledSheet(models.Model):
    """A page (or a workbook) that is one of a form's. Who may read its record may read its values, nobody else."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="sheets")
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    page = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=8, choices=SheetState.choices, default=SheetState.READING)
    is_found = models.BooleanField(default=False)  # the machine took it for one; a person did not say so
    code = models.CharField(max_length=24, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "record", "page"], name="filled_sheet_once")]
        indexes = [models.Index(fields=["state", "id"])]


class FieldValue(models.Model):
    """What a sheet says in a field: as it was read, and as somebody put it right."""

    sheet = models.ForeignKey(FilledSheet, on_delete=models.CASCADE, related_name="values")
    field = models.ForeignKey(FormField, on_delete=models.CASCADE, related_name="+")
    value = models.TextField(blank=True)
    raw = models.TextField(blank=True)
    certainty = models.FloatField(default=1.0)
    question = models.CharField(max_length=24, blank=True)
    picture = models.BinaryField(default=bytes)  # PNG of the place, while there is a question
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet", "field"], name="field_value_once")]
