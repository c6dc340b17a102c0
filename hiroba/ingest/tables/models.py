"""Tables of other systems: what their columns mean, which rows there are, and what each extraction changed."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _

from hiroba.archive.models import Record
from hiroba.foundation.people.models import Person
from hiroba.ingest.models import Source


class Table(models.Model):
    """One table of another system, as a person confirmed it: `columns` are [[name, use], …] of the `header`."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="table")
    shape = models.CharField(max_length=8, default="rows")  # "cases": a row is a record; "rows": many rows are one
    header = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    # What a person is asked before anything else is taken: "" nothing, TABLE-01 the columns, TABLE-07 many rows gone.
    asks = models.CharField(max_length=24, blank=True)
    # The columns it was found with, the proposal for them, and twenty rows with every personal number masked.
    found_header = models.JSONField(default=list)
    found_columns = models.JSONField(default=list)
    found_shape = models.CharField(max_length=8, default="rows")
    sample = models.JSONField(default=list)
    may_shrink = models.BooleanField(default=False)  # a person said that it really has become so much smaller
    next_place = models.PositiveBigIntegerField(default=0)
    taken = models.CharField(max_length=500, blank=True)  # the drop that was taken last, by name, time and size


class Step(models.TextChoices):
    """How far an extraction has come; one that stopped goes on where it was."""

    READING = "reading", _("読んでいます")
    WRITING = "writing", _("書き入れています")
    DONE = "done", _("終わりました")
    FAILED = "failed", _("途中で止まりました")


class Run(models.Model):
    """One extraction of a table: what was dropped or asked for, when, and how many rows it brought and changed."""

    table = models.ForeignKey(Table, on_delete=models.CASCADE, related_name="runs")
    drop = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64, blank=True)
    extracted_at = models.DateTimeField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    step = models.CharField(max_length=8, choices=Step.choices, default=Step.READING)
    looked = models.PositiveBigIntegerField(default=0)
    new = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(default=0)
    gone = models.PositiveBigIntegerField(default=0)
    held = models.PositiveBigIntegerField(default=0)
    doubled = models.PositiveBigIntegerField(default=0)
    missing = models.PositiveBigIntegerField(default=0)  # files that rows name and that are not there
    code = models.CharField(max_length=24, blank=True)
    params = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["table", "-id"])]


class RowState(models.TextChoices):
    """What became of a row. One that vanished stays, marked; one that the gate holds is read by nobody."""

    LIVE = "live", _("あります")
    GONE = "gone", _("なくなりました")
    HELD = "held", _("止めています")


class Row(models.Model):
    """One row by its key. Its text lies in the record it belongs to; `waiting` only until it is written there."""

    table = models.ForeignKey(Table, on_delete=models.CASCADE, related_name="rows")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=32)
    place = models.PositiveBigIntegerField()  # its number in the table, never given again: it decides the record
    state = models.CharField(max_length=8, choices=RowState.choices, default=RowState.LIVE)
    column = models.CharField(max_length=200, blank=True)  # where the gate found what it holds
    record = models.ForeignKey(Record, null=True, on_delete=models.SET_NULL, related_name="+")
    line = models.PositiveIntegerField(default=0)  # in its record's original
    seen_in = models.PositiveBigIntegerField()  # the last extraction that had it
    changed_at = models.DateTimeField()
    is_waiting = models.BooleanField(default=True)
    waiting = models.JSONField(null=True)  # cells that came and are not written yet

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "key"], name="row_key_once")]
        indexes = [
            models.Index(fields=["table", "place"]),
            models.Index(fields=["table", "is_waiting", "place"]),
            models.Index(fields=["table", "seen_in"]),
        ]


def write_rows(rows: Sequence[Row], fields: Sequence[str]) -> None:
    """Write these fields of rows that are there already.

    As an upsert by id: an UPDATE with a CASE for each row and field takes ten times as long."""
    Row.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["id"], update_fields=list(fields)
    )
