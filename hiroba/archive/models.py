"""What we keep: originals, records, revisions, passages, links. The record of truth."""

from __future__ import annotations

from django.db import models

from hiroba.foundation.access.models import Audience
from hiroba.foundation.people.models import Person, Unit
from hiroba.foundation.refusal import Refusal


class Original(models.Model):
    """Bytes stored once under their SHA-256 and never altered."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    stored_at = models.DateTimeField()


class RecordState(models.TextChoices):
    """Where a record stands. Only `live` records are found and read by others."""

    WAITING = "waiting", "確認待ち"
    LIVE = "live", "共有中"
    HELD = "held", "止めています"
    WITHDRAWN = "withdrawn", "取り下げ"


class Record(models.Model):
    """One thing kept as it came: (source, external_key) names it; the audience covers all its revisions."""

    source = models.CharField(max_length=64)
    external_key = models.CharField(max_length=500)
    kind = models.CharField(max_length=32)
    title = models.CharField(max_length=500)
    folder = models.CharField(max_length=500, blank=True, db_index=True)
    file_name = models.CharField(max_length=255, blank=True)
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="records")
    # Who could read it before it was narrowed: whom the stream tells that it is gone.
    audience_before = models.ForeignKey(Audience, null=True, on_delete=models.PROTECT, related_name="+")
    audience_reason = models.CharField(max_length=500, blank=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="records")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="records")
    # Who wrote it, as the source says it (a mail's From, a document's author).
    author = models.CharField(max_length=200, blank=True)
    dated_at = models.DateTimeField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=RecordState.choices, default=RecordState.LIVE)
    # Why it is held or kept narrow: codes of the gate, never the content that was found.
    gate_code = models.CharField(max_length=24, blank=True)
    gate_places = models.JSONField(default=list)
    # When a person looked at what the gate kept inside and decided; until then it waits for whoever brought it in.
    gate_settled_at = models.DateTimeField(null=True)
    current = models.ForeignKey("Revision", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_key"], name="record_key_once")]
        indexes = [
            models.Index(fields=["state", "-updated_at"]),
            models.Index(fields=["unit", "-dated_at"]),
        ]

    @property
    def waits_for_a_look(self) -> bool:
        """Tell whether the gate stopped it or keeps it inside and nobody has decided yet."""
        return bool(self.gate_code) and self.gate_settled_at is None


class Revision(models.Model):
    """One content of a record: an original and what was read of it."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    # None where it was said or written here: then its passages are all there is, and nothing is read again.
    original = models.ForeignKey(Original, null=True, on_delete=models.PROTECT, related_name="revisions")
    file_name = models.CharField(max_length=255)
    modified_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    brought_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    extractor = models.CharField(max_length=48, blank=True)
    # Codes with parameters of what could not be read; words are in hiroba.foundation.web.words.
    warnings = models.JSONField(default=list)
    error = models.JSONField(null=True)
    facts = models.JSONField(default=dict)
    # What the gate said of this very content. Held content (GATE-01) is read by nobody, whatever became of the record.
    gate_code = models.CharField(max_length=24, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "number"], name="revision_number_once")]

    @property
    def read_from(self) -> Original:
        """The bytes it was read from; ACCESS-01 where it has none."""
        if self.original is None:
            raise Refusal("ACCESS-01")
        return self.original

    @property
    def sha256(self) -> str:
        """The name of the bytes it was read from; ACCESS-01 where it has none."""
        return self.read_from.sha256


class Passage(models.Model):
    """A part of a revision with its exact place. Derived: rebuilt by re-extraction, never cited by id."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="passages")
    ordinal = models.PositiveIntegerField()
    locator = models.CharField(max_length=200)
    kind = models.CharField(max_length=16)
    level = models.PositiveSmallIntegerField(default=0)
    text = models.TextField()
    # [[start, end, locator], …] and [[start, end, kind, value], …]; see hiroba.extract.passages.
    spans = models.JSONField(default=list)
    marks = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "ordinal"], name="passage_ordinal_once")]


class Correction(models.Model):
    """One line of a machine's reading that a person put right: where, from what, to what. It is anchored by place and
    words, so that a better reading keeps it."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="corrections")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="corrections")  # that it made
    original = models.ForeignKey(Original, on_delete=models.PROTECT, related_name="+")
    locator = models.CharField(max_length=200)
    before = models.TextField()
    after = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # The reading at hand has neither `before` nor `after` at this place: a person has to look.
    is_lost = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["record", "id"])]


class Link(models.Model):
    """How features and records meet: one record points at another, and says how."""

    kind = models.CharField(max_length=32)  # "attachment" …
    source = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="links_out")
    target = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="links_in")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "source", "target"], name="link_once")]
