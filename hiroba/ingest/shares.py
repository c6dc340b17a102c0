"""File servers: shares as sources. New and changed files come in, what moved or went away there is told here, and the
access lists there decide for whom a file begins.

Rounds: each visit goes on where the last one stopped; when a round has seen every folder, what it did not see is
gone there. The record of it stays."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hiroba.archive.originals import store_bytes
from hiroba.archive.outside import follow_access, follow_move, tell_gone
from hiroba.connectors.folder import PassedOver
from hiroba.connectors.ntfs_access import Access
from hiroba.connectors.smb import FolderDone, OpenedShare, Seen, Share, open_share
from hiroba.foundation.access.audiences import find_or_add_audience
from hiroba.foundation.access.models import Audience
from hiroba.foundation.people.queries import today
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.identities import Narrowing, note_identities
from hiroba.ingest.models import Batch, Item, OutsideFile, OutsideIdentity, Source
from hiroba.ingest.queries import UNDER_WAY
from hiroba.ingest.receiving import Parcel, add_item, refuse_item
from hiroba.ingest.sources import Field, keep_checkpoint, open_visit, register_kind, secret_of

LONGEST_VISIT_SECONDS = 45.0
NOT_LISTED, MOST_SHUT = "INGEST-08", 1000
FIELDS = (
    Field("host", _("ファイルサーバーの名前"), _("例: fs01.mirai.example")),
    Field("share", _("共有の名前"), _("例: kouen")),
    Field("folder", _("その中のフォルダ"), _("空なら、共有の全部。"), is_required=False),
    Field("user", _("利用者名"), _("読むだけの利用者を用意してください。例: MIRAI\\hiroba")),
    Field("password", _("パスワード"), is_secret=True),
    Field("port", _("ポート"), default="445", is_number=True),
    Field(
        "encryption",
        _("通信の暗号化"),
        default="yes",
        choices=(("yes", _("必ず暗号化する(SMB 3)")), ("no", _("サーバーにまかせる"))),
    ),
)


def declare() -> None:
    """Let shares be added as sources."""
    register_kind("smb", visit_share, *FIELDS, label=_("共有フォルダ(ファイルサーバー)"), every_seconds=900)


def visit_share(source: Source) -> int:
    """Walk the share from where the last visit stopped; give how many files came."""
    visit = _Visit(source)
    visit.begin()
    until = time.monotonic() + LONGEST_VISIT_SECONDS
    with open_share(_share(source)) as share:
        for thing in share.walk(source.checkpoint.get("after")):
            if isinstance(thing, FolderDone):
                visit.keep_place(thing.path)
                if time.monotonic() > until:
                    source.has_more = True
                    return visit.count
            elif isinstance(thing, PassedOver):
                visit.pass_over(thing)
            else:
                visit.look_at(share, thing)
    visit.end_round()
    return visit.count


class _Visit:
    """One visit of one source."""

    def __init__(self, source: Source) -> None:
        self.source, self.count = source, 0
        self.round = int(source.checkpoint.get("round", 1))
        self._narrowing = Narrowing(source)
        self._audiences: dict[frozenset[str], Audience] = {}
        self._batches: dict[frozenset[str], Batch] = {}

    def begin(self) -> None:
        """Where the map of identities, the day or the source's own audience changed, decide anew for every file."""
        basis = self._basis()
        if self.source.checkpoint.get("basis", basis) != basis:
            for file in self.source.files.iterator(chunk_size=500):
                self._follow(file)
        keep_checkpoint(self.source, {**self.source.checkpoint, "round": self.round, "basis": basis})

    def _basis(self) -> str:
        mapped = OutsideIdentity.objects.aggregate(at=Max("changed_at"))["at"]
        return f"{mapped} {today()} {self.source.audience_id} {self.source.person_id}"

    def keep_place(self, folder: str) -> None:
        """Remember that everything up to and in this folder has been looked at."""
        keep_checkpoint(self.source, {**self.source.checkpoint, "after": folder})

    def end_round(self) -> None:
        """Everything has been seen: what has not is gone there. Begin the next round."""
        unseen = self.source.files.filter(gone_at=None, round__lt=self.round)
        shut = [f"{folder}/" for folder in self.source.checkpoint.get("shut", [])]
        for file in unseen.iterator(chunk_size=500) if len(shut) < MOST_SHUT else ():
            if not any(file.path.startswith(folder) or f"{file.path}/" == folder for folder in shut):
                self._mark_gone(file)
        rest = {key: self.source.checkpoint[key] for key in ("basis",)}
        keep_checkpoint(self.source, {**rest, "round": self.round + 1})

    @transaction.atomic
    def _mark_gone(self, file: OutsideFile) -> None:
        file.gone_at = timezone.now()
        file.save(update_fields=["gone_at"])
        tell_gone(self.source.record_source, file.external_key, is_gone=True)

    def pass_over(self, thing: PassedOver) -> None:
        """Keep in mind which folders could not be listed: nothing in them went away."""
        if thing.code == NOT_LISTED:
            shut = [*self.source.checkpoint.get("shut", []), thing.relative]
            keep_checkpoint(self.source, {**self.source.checkpoint, "shut": shut[:MOST_SHUT]})

    def look_at(self, share: OpenedShare, seen: Seen) -> None:
        """Compare a file with what the last visit saw of it, and take in or tell what is different."""
        file = self._known(seen)
        if file is None or (file.size, file.modified_at) != (seen.size, seen.modified_at):
            try:
                self._take(share, seen, file)
            except PermissionError:
                self._leave(file)
            except FileNotFoundError:  # gone between the list and the look
                return
            return
        self._settle(file, seen)
        # Asked each time: some servers (samba) do not move a file's change time when only its list changes.
        access, before = _as_kept(share.access_of(seen)), file.access
        if access != before:
            note_identities([*access["allowed"], *access["denied"]])
            file.access = access
            if not self._follow(file):  # its record is still on its way in: the next visit looks again
                file.access = before
        file.changed_at = seen.changed_at
        file.save()

    def _known(self, seen: Seen) -> OutsideFile | None:
        """Find the file by its place, else by its number on the server: then it was moved or renamed."""
        here = self.source.files.filter(path=seen.path[-1000:]).order_by(F("gone_at").asc(nulls_first=True)).first()
        if here is not None and (here.gone_at is None or not seen.file_id):
            return here
        same = self.source.files.filter(file_id=str(seen.file_id), size=seen.size, modified_at=seen.modified_at)
        moved = same.filter(round__lt=self.round).first() if seen.file_id else None
        return moved or here

    def _settle(self, file: OutsideFile, seen: Seen) -> None:
        """Note that a file is there, and tell when it had gone or stands somewhere else than before."""
        if file.path != seen.path:
            file.path = seen.path[-1000:]
            folder, _sep, name = self._shown(seen.path).rpartition("/")
            follow_move(self.source.record_source, file.external_key, folder, name)
        if file.gone_at is not None:
            tell_gone(self.source.record_source, file.external_key, is_gone=False)
        file.gone_at, file.round, file.file_id = None, self.round, str(seen.file_id or "")

    def _take(self, share: OpenedShare, seen: Seen, file: OutsideFile | None) -> None:
        """Take in a new or changed file, its row and its item in one transaction. One that somebody is writing to at
        this moment is left for the next visit."""
        access = share.access_of(seen)
        note_identities([*access.allowed, *access.denied])
        principals = self._narrowing.audience(access)
        try:
            stored = store_bytes(share.pieces_of(seen), settings.UPLOAD_LIMIT)
        except Refusal as refusal:
            if refusal.code != "INGEST-04":
                raise
            self._refuse(seen, file, refusal)
            return
        if not share.is_unchanged(seen):
            self._leave(file)
            return
        with transaction.atomic():
            row = file or self._row(seen, principals)
            self._settle(row, seen)
            row.size, row.modified_at, row.changed_at = seen.size, seen.modified_at, seen.changed_at
            row.access = _as_kept(access)
            row.save()
            parcel = Parcel(self._shown(seen.path), row.external_key, seen.modified_at)
            add_item(self._batch(principals), parcel, stored)
            if file is not None and not self._follow(row):
                row.audience = self._audience(principals)
                row.save(update_fields=["audience"])
        self.count += 1

    def _leave(self, file: OutsideFile | None) -> None:
        """Leave a file for the next visit: it is there, and cannot be read at this moment."""
        if file is not None:
            OutsideFile.objects.filter(pk=file.pk).update(round=self.round)

    def _row(self, seen: Seen, principals: frozenset[str]) -> OutsideFile:
        """Make the row of a file seen for the first time; another file that had its path keeps its own key."""
        key = seen.path[-400:]
        if self.source.files.filter(external_key=key).exists():
            key = f"{key}#{seen.file_id or timezone.now().timestamp()}"
        return OutsideFile(
            source=self.source, external_key=key, path=seen.path[-1000:], audience=self._audience(principals)
        )

    @transaction.atomic
    def _refuse(self, seen: Seen, file: OutsideFile | None, refusal: Refusal) -> None:
        """Say once what was too large, where whoever stands for the source looks."""
        row = file or self._row(seen, self._narrowing.audience(Access()))
        self._settle(row, seen)
        row.size, row.modified_at, row.changed_at = seen.size, seen.modified_at, seen.changed_at
        row.save()
        refuse_item(self._batch(self._narrowing.audience(Access())), self._shown(seen.path), refusal)

    def _follow(self, file: OutsideFile) -> bool:
        """Give the record the audience its file's list says now; False while there is no record to give it to."""
        access = Access(
            tuple(file.access.get("allowed", ())),
            tuple(file.access.get("denied", ())),
            bool(file.access.get("is_unclear", True)),
        )
        principals = self._narrowing.audience(access)
        audience = self._audience(principals)
        if audience.pk == file.audience_id:
            return True
        named = (self.source.record_source, file.external_key)
        if not follow_access(*named, file.audience_id, principals, self._narrowing.shared):
            waiting = Item.objects.filter(state__in=UNDER_WAY, external_key=file.external_key)
            return not waiting.filter(batch__source=self.source.record_source).exists()
        file.audience = audience
        file.save(update_fields=["audience"])
        return True

    def _audience(self, principals: frozenset[str]) -> Audience:
        if principals not in self._audiences:
            self._audiences[principals] = find_or_add_audience(principals)
        return self._audiences[principals]

    def _batch(self, principals: frozenset[str]) -> Batch:
        if principals not in self._batches:
            self._batches[principals] = open_visit(self.source, principals=principals)
        return self._batches[principals]

    def _shown(self, path: str) -> str:
        """Give the path as people see it, under the source's name."""
        return f"{self.source.name}/{path}"


def _as_kept(access: Access) -> dict[str, Any]:
    """Give what a list says as it is kept in JSON."""
    return {"allowed": [*access.allowed], "denied": [*access.denied], "is_unclear": access.is_unclear}


def _share(source: Source) -> Share:
    known = source.settings
    return Share(
        host=known["host"],
        share=known["share"],
        user=known["user"],
        password=secret_of(source, "password"),
        folder=known.get("folder", ""),
        port=int(known.get("port") or 445),
        is_encrypted=known.get("encryption", "yes") == "yes",
    )
