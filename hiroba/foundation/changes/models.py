"""The append-only change log and the access journal. Rows hold ids, never content."""

from __future__ import annotations

from django.db import models


class Change(models.Model):
    """One fact that happened to one thing. `seq` is commit order and is what every reader follows."""

    # On PostgreSQL empty until the sequencer numbers the committed row; on SQLite given inside the write transaction.
    seq = models.BigIntegerField(unique=True, null=True)
    kind = models.CharField(max_length=48)  # noun.past_verb, listed in hiroba.foundation.changes.kinds
    subject = models.CharField(max_length=24)  # "record", "person", "unit" …
    subject_id = models.BigIntegerField()
    actor_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["subject", "subject_id"]),
            models.Index(fields=["id"], name="change_unnumbered", condition=models.Q(seq__isnull=True)),
        ]


class Cursor(models.Model):
    """How far a reader of the log has come."""

    reader = models.CharField(max_length=48, unique=True)
    seq = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)


class JournalEntry(models.Model):
    """Who read, searched, exported or administered what: hash-chained, so that edits and gaps show."""

    number = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    post = models.CharField(max_length=200, blank=True)  # unit code and title at that time
    act = models.CharField(max_length=32)
    subject = models.CharField(max_length=24, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    address = models.CharField(max_length=64, blank=True)
    result = models.CharField(max_length=32, blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
