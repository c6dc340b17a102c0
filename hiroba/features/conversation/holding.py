"""文書の扱い: how long a channel is kept, and the hold under which nothing that was said in it is lost."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from hiroba.features.conversation.models import Channel, MessageVersion
from hiroba.features.conversation.queries import get_channel
from hiroba.foundation.access.principals import require_role
from hiroba.foundation.changes import log
from hiroba.foundation.people.models import Person, RoleName
from hiroba.foundation.people.queries import role_names_of
from hiroba.foundation.refusal import Refusal

YEARS = (1, 3, 5, 10, 30)


def may_keep(person: Person) -> bool:
    """Tell whether the person decides, in channels they may read, how those are kept."""
    return bool(role_names_of(person) & {RoleName.ADMINISTRATOR, RoleName.ARCHIVIST})


def may_read_versions(person: Person) -> bool:
    """Tell whether the person reads what was edited and deleted, in channels they may read."""
    return RoleName.ARCHIVIST in role_names_of(person)


@transaction.atomic
def keep_channel(person: Person, channel_id: int, is_held: bool, keep_years: int) -> Channel:
    """Set how long a channel is kept, and whether it is held. ACCESS-01 unless the person may read it, ACCESS-02 unless
    they are administrator or 文書管理, TALK-27 for another number of years. When a hold ends, what was deleted under it
    is gone too. Records channel.revised."""
    get_channel(person, channel_id)
    if not may_keep(person):
        raise Refusal("ACCESS-02")
    if keep_years not in YEARS:
        raise Refusal("TALK-27")
    channel = Channel.objects.select_for_update().get(pk=channel_id)
    if channel.is_held and not is_held:
        MessageVersion.objects.filter(message__thread__channel=channel, message__deleted_at__isnull=False).delete()
    channel.is_held, channel.keep_years = is_held, keep_years
    channel.save(update_fields=["is_held", "keep_years"])
    log.record("channel.revised", "channel", channel.pk, person.pk)
    return channel


def versions_kept(person: Person, channel_id: int, before: int = 0) -> QuerySet[MessageVersion]:
    """List what was said in a channel until it was edited or deleted, the newest first; with an id below `before`.
    ACCESS-01 unless the person may read the channel, ACCESS-02 unless they are 文書管理."""
    channel = get_channel(person, channel_id)
    require_role(person, RoleName.ARCHIVIST)
    kept = MessageVersion.objects.filter(message__thread__channel=channel).select_related("message__thread")
    return (kept.filter(pk__lt=before) if before else kept).order_by("-pk")
