"""Letters sent to us: an address of a unit is a source, and what is forwarded to it comes in by itself."""

from __future__ import annotations

import logging
from collections.abc import Generator

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hiroba.connectors.outside import OutsideError
from hiroba.connectors.post import NoRoomError, Reception, Rules, read_listen, read_networks
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.letters import Postbag
from hiroba.ingest.models import Source
from hiroba.ingest.sources import Field, register_kind, require_standing

logger = logging.getLogger(__name__)
FIELDS = (
    Field("address", _("受け取る宛先"), _("例: kouen@hiroba.mirai.example。この宛先に転送されたメールが入ります。")),
)


def declare() -> None:
    """Let addresses be added as sources; nobody visits them, letters come by themselves."""
    register_kind("post", None, *FIELDS, label=_("メール(転送で受け取る)"))


def sources_at(address: str) -> list[Source]:
    """Give the sources that take letters at this address now."""
    on = Source.objects.filter(kind="post", is_on=True).select_related("person", "unit")
    asked = address.strip().lower()
    return [source for source in on if str(source.settings.get("address", "")).strip().lower() == asked]


def is_known(address: str) -> bool:
    """Tell whether anybody takes letters at this address."""
    try:
        return any(_stands(source) for source in sources_at(address))
    finally:
        connection.close()  # this thread is a passing one


def keep_letter(addresses: list[str], content: bytes) -> None:
    """Store and commit a letter for each source it is for; NoRoomError when the disk is full.

    When one of several could not be kept, the sender comes again, and those that have it already take it once."""
    try:
        for source in {found.pk: found for each in addresses for found in sources_at(each)}.values():
            _keep(source, content)
    except Refusal as refusal:
        if refusal.code == "INGEST-05":
            raise NoRoomError from refusal
        raise
    finally:
        connection.close()  # this thread is a passing one


def _keep(source: Source, content: bytes) -> None:
    now = timezone.now()
    bag = Postbag(source)
    failure: Refusal | None = None
    try:
        require_standing(source)
        bag.put([content], now, f"{now.microsecond:06d}")
    except Refusal as refusal:
        failure = refusal
    Source.objects.filter(pk=source.pk).update(
        last_visited_at=now,
        last_count=bag.count,
        last_code=failure.code if failure else "",
        last_params=failure.params if failure else {},
        failures=source.failures + 1 if failure else 0,
    )
    if failure:
        raise failure


def _stands(source: Source) -> bool:
    try:
        require_standing(source)
    except Refusal as refusal:
        Source.objects.filter(pk=source.pk).update(last_code=refusal.code, last_params=refusal.params)
        return False
    return True


def receive_post() -> Generator[int, None, None]:
    """Keep the server open as long as the worker turns; without HIROBA_POST_LISTEN there is none.

    OSError when the port is taken: the worker tries again, later and later."""
    if not settings.POST_LISTEN:
        while True:
            yield 0
    try:
        host, port = read_listen(settings.POST_LISTEN)
        rules = Rules(read_networks(settings.POST_NETWORKS), settings.POST_LIMIT, is_known, keep_letter)
    except OutsideError as error:
        raise Refusal(error.code, **error.params) from error
    reception = Reception(host, port, rules)
    reception.open()
    try:
        while True:
            yield 0
    finally:
        reception.close()
