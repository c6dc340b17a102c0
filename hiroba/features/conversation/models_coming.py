"""What is asked of everybody at once, and what is sent later."""

from __future__ import annotations

from django.db import models

from hiroba.foundation.people.models import Person


class Poll(models.Model):
    """That a message asks its readers to choose. Names are shown only where the asker said so before anybody voted."""

    message = models.OneToOneField("conversation.Message", on_delete=models.CASCADE, related_name="poll")
    is_many = models.BooleanField(default=False)  # several answers from one person
    is_named = models.BooleanField(default=False)
    until_at = models.DateTimeField(null=True)


class PollOption(models.Model):
    """One thing that can be chosen."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="options")
    number = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "number"], name="poll_option_once")]


class Vote(models.Model):
    """That a person chose an option; when is kept nowhere."""

    option = models.ForeignKey(PollOption, on_delete=models.CASCADE, related_name="votes")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["option", "person"], name="vote_once")]


class ScheduledMessage(models.Model):
    """What a person wrote to be sent at a time. `key` becomes the message's own, so that it is sent once."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey("conversation.Channel", on_delete=models.CASCADE, related_name="scheduled")
    thread = models.ForeignKey("conversation.Thread", null=True, on_delete=models.CASCADE, related_name="+")
    body = models.TextField()
    topic = models.CharField(max_length=200, blank=True)
    is_confirmed = models.BooleanField(default=False)
    is_receipt_asked = models.BooleanField(default=False)
    owner = models.CharField(max_length=100, blank=True)  # whom it asks, where it is a question
    key = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    send_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)  # from then on it cannot be cancelled
    ended_at = models.DateTimeField(null=True)  # sent, cancelled, or refused with `code`
    message = models.ForeignKey("conversation.Message", null=True, on_delete=models.SET_NULL, related_name="+")
    code = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="scheduled_once")]
        indexes = [models.Index(fields=["send_at"], condition=models.Q(ended_at=None), name="scheduled_due")]
