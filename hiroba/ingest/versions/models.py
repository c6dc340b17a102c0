"""Which records are one: what is compared of each, and what was found and decided of two."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hiroba.archive.models import Record
from hiroba.foundation.people.models import Person


class Signature(models.Model):
    """What is compared of a record's current content. Derived: rebuilt from the change log's beginning."""

    record = models.OneToOneField(Record, on_delete=models.CASCADE, primary_key=True, related_name="+")
    revision = models.PositiveBigIntegerField()  # the one it was made of
    stem = models.CharField(max_length=200, db_index=True)  # its name without marks of versions and times


class Band(models.Model):
    """One band of a record's MinHash: records that share one may be alike."""

    signature = models.ForeignKey(Signature, on_delete=models.CASCADE, related_name="bands")
    number = models.PositiveSmallIntegerField()
    value = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["value", "number"])]


class PairState(models.TextChoices):
    """What stands of two records: offered to a person, linked by itself, or decided by somebody."""

    OFFERED = "offered", _("提案中")
    LINKED = "linked", _("結びつけた")
    ACCEPTED = "accepted", _("人が認めた")
    REFUSED = "refused", _("別のもの")


class Pair(models.Model):
    """Two records that are one: "format" the same content in another form, "version" a later version of the older."""

    older = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    newer = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8)
    likeness = models.FloatField()
    state = models.CharField(max_length=8, choices=PairState.choices)
    found_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["older", "newer"], name="pair_once")]
