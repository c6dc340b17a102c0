"""Pages while they are written: drafts made of blocks, and what each block said before."""

from __future__ import annotations

from django.db import models

from hiroba.archive.models import Record
from hiroba.foundation.access.models import Audience
from hiroba.foundation.people.models import Person, Unit


class Draft(models.Model):
    """A page in writing. Whoever is in `audience` reads it and types in it; posting it makes or revises `record`."""

    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="drafts")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    record = models.OneToOneField(Record, null=True, on_delete=models.PROTECT, related_name="draft")
    parent = models.ForeignKey(Record, null=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(max_length=200, blank=True)  # what its title block says, for lists
    version = models.PositiveBigIntegerField(default=0)  # one more with each save
    posted_version = models.PositiveBigIntegerField(default=0)
    is_discarded = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["owner", "-updated_at"])]

    @property
    def has_unposted(self) -> bool:
        """Tell whether something was written since it was posted."""
        return self.version > self.posted_version


class Block(models.Model):
    """A paragraph, heading, list, table or picture of a draft, as Markdown. `key` is given by the page that made it."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="blocks")
    key = models.CharField(max_length=40)
    place = models.BigIntegerField()  # with room between two, so that one can come in between
    text = models.TextField(blank=True)
    hint = models.CharField(max_length=200, blank=True)  # what belongs here, shown while nothing is written
    version = models.PositiveBigIntegerField()  # the draft's, at its last change
    is_gone = models.BooleanField(default=False)
    is_split = models.BooleanField(default=False)  # two changed the same sentence: both stand here until somebody looks
    edited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "key"], name="block_key_once")]
        indexes = [models.Index(fields=["draft", "version"])]


class BlockText(models.Model):
    """What a block said after one person's stretch of typing."""

    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="texts")
    text = models.TextField(blank=True)
    is_gone = models.BooleanField(default=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Save(models.Model):
    """A save that was made: the same one, sent again, is answered and not made twice."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="saves")
    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "key"], name="save_once")]
        indexes = [models.Index(fields=["at"])]
