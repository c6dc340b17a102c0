"""A channel's audience is that of everything in it: its threads, the files sent with messages, those on their way."""

from __future__ import annotations

from django.db.models import F, Q

from hiroba.archive.models import Record
from hiroba.features.conversation.models import Channel
from hiroba.foundation.access.audiences import find_or_add_audience
from hiroba.foundation.access.principals import of_person
from hiroba.foundation.changes import log
from hiroba.ingest.models import Batch


def give_audience(channel: Channel, principals: frozenset[str], is_narrower: bool, actor_id: int) -> None:
    """Give a channel, with the caller's unsaved changes to it, and all that is in it another audience, inside the
    caller's transaction. A file that somebody shared otherwise stays as it is; what the gate keeps inside is not
    opened, and is its sender's alone when the channel becomes narrower.

    Records record.narrowed or record.opened for each record, and channel.revised."""
    old = channel.audience_id
    channel.audience = find_or_add_audience(principals)
    channel.save()
    source = f"talk:{channel.pk}"
    Batch.objects.filter(source=source).update(audience=channel.audience)
    files = Record.objects.filter(source=source, thread=None)
    kept_inside = list(files.exclude(gate_code="").filter(gate_settled_at=None)) if is_narrower else []
    for record in kept_inside:
        record.audience_before, record.audience = record.audience, find_or_add_audience({of_person(record.owner_id)})
        record.save(update_fields=["audience", "audience_before"])
    follows = Q(thread__channel=channel) | Q(pk__in=files.filter(audience_id=old, gate_code=""))
    followers = list(Record.objects.filter(follows).order_by("pk").values_list("pk", flat=True))
    Record.objects.filter(follows).update(
        audience_before=F("audience") if is_narrower else None,
        audience=channel.audience,
        audience_reason=channel.reason,
    )
    changed = sorted({*followers, *(record.pk for record in kept_inside)})
    log.record_many("record.narrowed" if is_narrower else "record.opened", "record", changed, actor_id)
    log.record("channel.revised", "channel", channel.pk, actor_id)
