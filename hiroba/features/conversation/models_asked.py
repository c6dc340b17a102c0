"""What is asked of others beside what is said: to tell what was understood, to answer; and what is kept at hand."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hiroba.foundation.people.models import Person


class Verdict(models.TextChoices):
    """What the sender says of what a reader understood."""

    NONE = "", _("まだ見ていません")
    CONFIRMED = "confirmed", _("そのとおり")
    CORRECTED = "corrected", _("少しちがう")


class Confirmation(models.Model):
    """That the sender of a message asked its readers what they understood. Nobody is counted who was not asked."""

    message = models.OneToOneField("conversation.Message", on_delete=models.CASCADE, related_name="confirmation")
    asked_at = models.DateTimeField()


class Receipt(models.Model):
    """One asked reader: the line they wrote ("" until then), and what the sender said to it."""

    confirmation = models.ForeignKey(Confirmation, on_delete=models.CASCADE, related_name="receipts")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    words = models.CharField(max_length=500, blank=True)
    written_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=16, choices=Verdict.choices, blank=True)
    correction = models.CharField(max_length=500, blank=True)
    judged_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)  # when the reader took note of the correction

    class Meta:
        constraints = [models.UniqueConstraint(fields=["confirmation", "person"], name="receipt_once")]


class Question(models.Model):
    """That a message asks something of somebody: a person, a unit or a team. `answer` is the message that answers."""

    message = models.OneToOneField("conversation.Message", on_delete=models.CASCADE, related_name="question")
    owner = models.CharField(max_length=64, db_index=True)  # a principal
    owner_name = models.CharField(max_length=120)  # as it was then
    asked_at = models.DateTimeField()
    answer = models.ForeignKey("conversation.Message", null=True, on_delete=models.SET_NULL, related_name="answers")
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)  # set also where the answer was given elsewhere, without a message


class Pin(models.Model):
    """That a message stands at its channel's side, for everybody who reads the channel."""

    message = models.OneToOneField("conversation.Message", on_delete=models.CASCADE, related_name="pin")
    channel = models.ForeignKey("conversation.Channel", on_delete=models.CASCADE, related_name="pins")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    pinned_at = models.DateTimeField()


class Bookmark(models.Model):
    """A message that a person keeps at hand, for nobody else to see. `is_later`: they mean to come back to it."""

    message = models.ForeignKey("conversation.Message", on_delete=models.CASCADE, related_name="bookmarks")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    is_later = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "message"], name="bookmark_once")]
