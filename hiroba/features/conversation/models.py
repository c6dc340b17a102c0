"""Channels, threads and the messages in them. A thread is a record of the archive, a message its passage."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hiroba.archive.models import Record
from hiroba.features.conversation.models_asked import Bookmark, Confirmation, Pin, Question, Receipt, Verdict
from hiroba.features.conversation.models_coming import Poll, PollOption, ScheduledMessage, Vote
from hiroba.foundation.access.models import Audience
from hiroba.foundation.people.models import Person, Unit

# Of models_asked and models_coming, beside those below.
__all__ = [
    "Bookmark",
    "Confirmation",
    "Pin",
    "Poll",
    "PollOption",
    "Question",
    "Receipt",
    "ScheduledMessage",
    "Verdict",
    "Vote",
]


class ChannelKind(models.TextChoices):
    """How a channel is shared, in the words people choose from."""

    OPEN = "open", _("庁内みんな")
    UNIT = "unit", _("部署")
    TEAM = "team", _("チーム")
    CLOSED = "closed", _("限られた人")
    DIRECT = "direct", _("直接の会話")


class Level(models.TextChoices):
    """How much of a channel a person wants to be told of; what each does is said beside it on the screen."""

    FOLLOW = "follow", _("全部知らせてもらう")
    NORMAL = "normal", _("自分あてだけ")
    MUTE = "mute", _("知らせない")


class Channel(models.Model):
    """A place where conversation happens. Its audience is that of every thread in it."""

    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=500, blank=True)
    kind = models.CharField(max_length=16, choices=ChannelKind.choices)
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)  # why not everybody may read
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # Where it was before it was taken in; both empty for a channel that began here.
    source = models.CharField(max_length=64, blank=True)
    external_key = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)  # nothing more is said in it; it can still be read
    is_held = models.BooleanField(default=False)  # what is edited or deleted stays kept, for a disclosure request
    keep_years = models.PositiveSmallIntegerField(default=1)  # 保存期間
    last_message_id = models.BigIntegerField(default=0)  # of any thread, so that a list need not look

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_key"], condition=~models.Q(source=""), name="channel_taken_in_once"
            ),
            # One direct conversation for the same people.
            models.UniqueConstraint(
                fields=["audience"], condition=models.Q(kind="direct", source=""), name="direct_channel_once"
            ),
        ]


class Thread(models.Model):
    """One topic of a channel. `number` counts its messages; what is said in it stands in its record's revision."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="threads")
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="thread")
    revision_id = models.BigIntegerField()  # of the record: where passages are added
    topic = models.CharField(max_length=200)
    is_topic_given = models.BooleanField(default=False)  # else it is the beginning of the first message
    number = models.PositiveIntegerField(default=0)
    last_message_id = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["channel", "last_message_id"])]


class Message(models.Model):
    """One thing somebody said, as they typed it."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    number = models.PositiveIntegerField()  # its place in the thread, from 1
    passage_id = models.BigIntegerField(null=True)  # none when nothing of it can be found: deleted, or an event
    author = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=120)  # as it was then; the only name of somebody from outside
    body = models.TextField()
    sent_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    event = models.CharField(max_length=48, blank=True)  # code of something that happened, instead of words
    # Something stands beside it (models_asked): the many messages without need not be asked about.
    is_marked = models.BooleanField(default=False, db_default=False)
    key = models.CharField(max_length=64, blank=True)  # the sender's own: the same key is the same message
    external_key = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "number"], name="message_number_once"),
            models.UniqueConstraint(fields=["author", "key"], condition=~models.Q(key=""), name="message_key_once"),
            models.UniqueConstraint(
                fields=["thread", "external_key"], condition=~models.Q(external_key=""), name="message_taken_in_once"
            ),
        ]
        indexes = [models.Index(fields=["passage_id"])]


class MessageVersion(models.Model):
    """What a message said until it was edited; of a deleted message only where its channel is held."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="versions")
    body = models.TextField()
    until_at = models.DateTimeField()


class Mention(models.Model):
    """Somebody a message speaks to: the word after @, and the principal it stood for when it was sent."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    word = models.CharField(max_length=100)
    principal = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=120)


class Reaction(models.Model):
    """A word of thanks or agreement on a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    word = models.CharField(max_length=32)
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    outsider = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "word", "person", "outsider"], name="reaction_once")]


class MessageFile(models.Model):
    """A file sent with a message; it comes in as every file does and is read by its own audience."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="files")
    item_id = models.BigIntegerField(null=True)  # of hiroba.ingest: where it is on its way
    record = models.ForeignKey(Record, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)


class Joining(models.Model):
    """That a person takes part in a channel, how much of it they want to hear, and how far they have read."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="joinings")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="joinings")
    level = models.CharField(max_length=8, choices=Level.choices, default=Level.NORMAL)
    joined_at = models.DateTimeField()
    read_until = models.BigIntegerField(default=0)  # message id: everything in the channel up to it is read

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "person"], name="joined_once")]


class ReadMark(models.Model):
    """How far a person has read one thread, beyond what they have read of its channel."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="marks")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    read_until = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "person"], name="read_mark_once")]
