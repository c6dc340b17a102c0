"""Paper on its way in: what a scanner left, the papers in it, and the separator sheets that part them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hiroba.archive.models import Original
from hiroba.foundation.access.models import Audience
from hiroba.foundation.people.models import Person, Unit
from hiroba.ingest.models import Item, Source


class Separator(models.Model):
    """A sheet laid between papers before they are scanned. Its code names this row and is signed; the row says for
    whom the papers after it are, so that a printed sheet never says more than its row does today."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="separators")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60, blank=True)  # what the papers are, in the section's own words
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Scan(models.Model):
    """One file that a scanner or a FAX left in a watched folder: kept untouched, parted into papers."""

    source = models.ForeignKey(Source, null=True, on_delete=models.SET_NULL, related_name="scans")
    key = models.CharField(max_length=500)  # its path in the folder
    modified_at = models.DateTimeField()
    original = models.ForeignKey(Original, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    # [{"is_blank", "separator", "is_forged"}, …] for each page, once it has been looked at.
    pages = models.JSONField(default=list)
    code = models.CharField(max_length=24, blank=True)
    params = models.JSONField(default=dict)
    parted_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key", "modified_at"], name="scan_once")]


class PaperState(models.TextChoices):
    """What a section has done with a paper in its tray."""

    WAITING = "waiting", _("確かめてください")
    CONFIRMED = "confirmed", _("確かめました")
    WITHDRAWN = "withdrawn", _("取り下げました")


class Paper(models.Model):
    """Some pages of a scan that belong together, in a section's tray until somebody has confirmed what they are."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="papers")
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="+")
    separator = models.ForeignKey(Separator, null=True, on_delete=models.PROTECT, related_name="+")
    pages = models.JSONField()  # numbers of its pages in the scan
    left_out = models.JSONField(default=list)  # numbers of the blank pages among them
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=PaperState.choices, default=PaperState.WAITING)
    assignee = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    settled_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    # Title, date and author as they were before somebody confirmed others: what undo gives back.
    before = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["state", "-id"])]
