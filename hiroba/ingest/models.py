"""What is on its way in: batches and their items, each step visible, each failure a value."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hiroba.archive.models import Original, Record
from hiroba.foundation.access.models import Audience
from hiroba.foundation.people.models import Person, Unit


class Batch(models.Model):
    """Things brought in together by one person: an upload, a folder, a watched folder's round."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="batches")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=64)
    title = models.CharField(max_length=500, blank=True)
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()


class ItemState(models.TextChoices):
    """The steps a person sees, in order, and the three ways to stop."""

    RECEIVED = "received", _("受け取りました")
    READING = "reading", _("読み取り中")
    SLOW = "slow", _("文字を読み取り中")
    DONE = "done", _("取り込みました")
    SAME = "same", _("同じものがあります")
    HELD = "held", _("止めています")
    FAILED = "failed", _("読み取れませんでした")


class Item(models.Model):
    """One file on its way in. It is acknowledged only after its bytes are stored and this row is committed."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    path = models.CharField(max_length=500)  # as the person named it, "/" between folders
    external_key = models.CharField(max_length=500)
    original = models.ForeignKey(Original, null=True, on_delete=models.PROTECT, related_name="+")
    modified_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=ItemState.choices, default=ItemState.RECEIVED)
    code = models.CharField(max_length=24, blank=True)
    params = models.JSONField(default=dict)
    record = models.ForeignKey(Record, null=True, on_delete=models.SET_NULL, related_name="items")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    # Pages of paper and chunks of a recording that a slow reader reads: how many there are, and how many are read.
    parts = models.PositiveIntegerField(default=0)
    parts_read = models.PositiveIntegerField(default=0)
    # Kept as far as it was read: whoever brought it asked for no more, or parts of it failed. It can be gone on with.
    is_cut = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["state", "id"])]


class AwaitedPart(models.Model):
    """One part that an item waits for; gone once it has been read. A mail waits for the parts of what it carries too,
    so the bytes are named by themselves."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="awaited")
    sha256 = models.CharField(max_length=64)
    tool = models.CharField(max_length=16)
    number = models.PositiveIntegerField()
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "sha256", "tool", "number"], name="part_awaited_once")]
        indexes = [models.Index(fields=["sha256", "tool", "number"])]


class PartReading(models.Model):
    """What a slow reader made of one part of some bytes. Derived and rebuildable: whoever brings equal bytes, and
    whenever they are read again, the part is not read twice by the same engine."""

    sha256 = models.CharField(max_length=64)
    tool = models.CharField(max_length=16)
    number = models.PositiveIntegerField()
    engine = models.CharField(max_length=64)
    packed = models.BinaryField()  # see hiroba.ingest.part_readings
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sha256", "tool", "number", "engine"], name="part_read_once")]


class Source(models.Model):
    """A place outside that is visited on a schedule, who stands for what comes from it, and for whom it begins.

    `settings` holds no secret: those lie in HIROBA_HOME/secrets. `checkpoint` is the kind's own, JSON, kept between
    visits."""

    kind = models.CharField(max_length=32)
    name = models.CharField(max_length=100, unique=True)
    settings = models.JSONField(default=dict)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sources")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    every_seconds = models.PositiveIntegerField(default=300)
    checkpoint = models.JSONField(default=dict)
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    last_visited_at = models.DateTimeField(null=True)
    last_count = models.PositiveIntegerField(default=0)
    last_code = models.CharField(max_length=24, blank=True)
    last_params = models.JSONField(default=dict)
    # How many visits in a row have failed, and whether the person who stands for it has been told of that.
    failures = models.PositiveIntegerField(default=0)
    is_told = models.BooleanField(default=False)

    # A visit that stopped before everything was there sets this: the next one begins at once.
    has_more = False

    class Meta:
        indexes = [models.Index(fields=["is_on", "due_at"])]

    @property
    def record_source(self) -> str:
        """Give what the records of this source name as theirs: a source that was removed is never mixed with one that
        was added later."""
        return f"{self.kind}:{self.pk}"


class OutsideIdentity(models.Model):
    """Who an identity of a system outside (a SID of Windows) is here. By one that nobody has mapped, nobody reads."""

    name = models.CharField(max_length=190, unique=True)
    label = models.CharField(max_length=200, blank=True)
    audience = models.ForeignKey(Audience, null=True, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()


class OutsideFile(models.Model):
    """A file on a server as the last visit saw it; its record has the same source and key, and outlives it there."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="files")
    external_key = models.CharField(max_length=500)
    path = models.CharField(max_length=1000)
    file_id = models.CharField(max_length=20, blank=True)
    size = models.BigIntegerField()
    modified_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    access = models.JSONField(default=dict)
    # What we gave the record last: another one means that a person has decided otherwise since.
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveIntegerField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_key"], name="outside_file_key_once")]
        indexes = [models.Index(fields=["source", "path"]), models.Index(fields=["source", "file_id"])]


class Report(models.Model):
    """One issue of a printed report (帳票) that another system dropped as a file: which report it is by its name there,
    when it was put out, and the item that carries it in. Its record has the same source and key."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="reports")
    item = models.OneToOneField(Item, null=True, on_delete=models.SET_NULL, related_name="report")
    path = models.CharField(max_length=500)
    modified_at = models.DateTimeField()
    key = models.CharField(max_length=500)
    name = models.CharField(max_length=255)
    period = models.CharField(max_length=100, blank=True)
    issued_at = models.DateTimeField()
    is_late = models.BooleanField(default=False)  # a newer issue was there before it: it was not taken

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "path", "modified_at"], name="report_issue_once")]
        indexes = [models.Index(fields=["source", "key", "-issued_at"])]

    @property
    def title(self) -> str:
        """Give what its record is called: the system, the report, the period."""
        return " ".join(filter(None, (self.source.name, self.name, self.period)))

    @property
    def facts(self) -> dict[str, str]:
        """Give what a citation of it says: of which system it is, which report, and when it was put out."""
        issued = timezone.localtime(self.issued_at).isoformat(timespec="minutes")
        told = {"system": self.source.name, "report": self.name, "period": self.period, "extracted_at": issued}
        return {name: value for name, value in told.items() if value} | {"drop": self.path}


class MailName(models.Model):
    """What ties mails together: the names a mail has, answers, or goes back to. Derived from its facts; made anew at
    any time."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=8)  # own, parent, above or subject
    name = models.CharField(max_length=40, db_index=True)  # a digest: Message-IDs are as long as their writers like
    ordinal = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["name", "role"])]
