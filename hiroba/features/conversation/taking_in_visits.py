"""Microsoft Teams as a source: visited again and again, for offices where the talk stays there."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hiroba.connectors.chats.arranging import arranged
from hiroba.connectors.chats.graph import GRAPH, LOGIN, Graph, Tenant
from hiroba.connectors.chats.graph_visit import Checkpoint, Wanted, visit
from hiroba.connectors.chats.telling import NotTaken, OutsidePerson, Room, Said, Told
from hiroba.features.conversation.taking_in import take_in
from hiroba.foundation.access.principals import of_person
from hiroba.ingest.models import Batch, Source
from hiroba.ingest.receiving import open_batch
from hiroba.ingest.sources import Field, keep_checkpoint, register_kind, secret_of

KIND = "teams"
LONGEST_VISIT_SECONDS = 45.0
MOST_AT_ONCE = 5_000  # messages that wait in memory until they are written in their order
_APART = re.compile(r"[\s,、;]+")
FIELDS = (
    Field("tenant", _("テナント"), _("例: mirai.onmicrosoft.com、またはテナントの ID。")),
    Field("client_id", _("アプリケーション(クライアント)ID"), _("Microsoft Entra に登録したアプリの ID です。")),
    Field("client_secret", _("クライアント シークレット"), is_secret=True),
    Field("teams", _("チームの ID"), _("空なら、アプリに見えるすべてのチーム。"), is_required=False),
    Field(
        "people",
        _("チャットを取り込む人"),
        _("ユーザー名(例: sato@mirai.example)を並べます。空なら、1対1やグループのチャットは取り込みません。"),
        is_required=False,
    ),
    Field(
        "files",
        _("画像と添付"),
        default="yes",
        choices=(("yes", _("取り込む")), ("no", _("取り込まない(名前だけ残す)"))),
    ),
    Field("url", _("Graph のアドレス"), default=GRAPH),
    Field("login_url", _("サインインのアドレス"), default=LOGIN),
    Field("proxy", _("プロキシ"), _("例: proxy.mirai.example:8080。要らなければ空。"), is_required=False),
)


def declare() -> None:
    """Let Microsoft Teams be added as a source."""
    register_kind(KIND, visit_teams, *FIELDS, label=_("Microsoft Teams"), every_seconds=300)


def visit_teams(source: Source) -> int:
    """Take in what is new in the teams and chats of the settings; a checkpoint is kept only once what it speaks of is
    committed, so that a visit that dies in the middle neither loses nor doubles a message. Give how many came."""
    known = source.settings
    tenant = Tenant(
        str(known.get("tenant", "")),
        str(known.get("client_id", "")),
        secret_of(source, "client_secret"),
        str(known.get("url") or GRAPH),
        str(known.get("login_url") or LOGIN),
        settings.CA_FILE,
        str(known.get("proxy", "")),
    )
    wanted = Wanted(_words(known.get("teams")), _words(known.get("people")))
    graph = Graph(tenant)
    try:
        return _Visit(source, graph, has_files=known.get("files") != "no").run(wanted)
    finally:
        graph.close()


def _words(text: object) -> tuple[str, ...]:
    return tuple(word for word in _APART.split(str(text or "")) if word)


class _Visit:
    """What was told since the last checkpoint that was kept, and the people and rooms of the whole visit."""

    def __init__(self, source: Source, graph: Graph, has_files: bool) -> None:
        self._source, self._graph, self._has_files = source, graph, has_files
        self._batch = _batch_of(source)
        self._about: list[Told] = []
        self._waiting: list[Told] = []
        self._count = 0

    def run(self, wanted: Wanted) -> int:
        until = time.monotonic() + LONGEST_VISIT_SECONDS
        for told in visit(self._graph, wanted, self._source.checkpoint, timezone.now()):
            if not isinstance(told, Checkpoint):
                (self._about if isinstance(told, OutsidePerson | Room) else self._waiting).append(told)
                continue
            is_over = time.monotonic() > until
            if told.is_whole or is_over or len(self._waiting) > MOST_AT_ONCE:
                self._write(told, is_last=told.is_whole)
            last = told
            if is_over and not told.is_whole:
                self._source.has_more = True
                return self._count
        if self._waiting:  # Graph asked for silence: what came until then is kept
            self._write(last, is_last=False)
        return self._count

    def _write(self, checkpoint: Checkpoint, is_last: bool) -> None:
        """Write what waits, in its order. Members of rooms without new words are followed at the end of the visit."""
        spoken_in = {each.room for each in self._waiting if isinstance(each, Said)}
        about = [each for each in self._about if is_last or not isinstance(each, Room) or each.key in spoken_in]
        carried = self._graph if self._has_files else None
        brought = take_in(self._batch, self._in_order(about), KIND, carried, is_mirror=True)
        self._count += brought.counts["messages"] + brought.counts["changed"]
        self._waiting = []
        keep_checkpoint(self._source, checkpoint.value)

    def _in_order(self, about: list[Told]) -> Iterator[Told]:
        for told in arranged([*about, *self._waiting]):
            if not (isinstance(told, NotTaken) and told.code == "CHATS-08"):  # the thread may be here already
                yield told


def _batch_of(source: Source) -> Batch:
    """Give the one batch in which a source's troubles are listed."""
    known = Batch.objects.filter(source=source.record_source, person=source.person).order_by("pk").first()
    principals = {of_person(source.person_id)}
    return known or open_batch(source.person, source.record_source, principals, title=source.name, unit=source.unit)
