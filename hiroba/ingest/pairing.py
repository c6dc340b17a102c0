"""A transcript that lies beside its recording under the same name belongs to it: the two are linked."""

from __future__ import annotations

from pathlib import PurePosixPath

from hiroba.archive.arrivals import link_records
from hiroba.archive.models import Record, RecordState

TRANSCRIPT = "transcript"
"""The kind of link: from the transcript to its recording. Each keeps its own audience; who reads one sees no more."""


def pair_recording(record: Record) -> None:
    """Link a recording with a transcript of the same source, folder and name, whichever of them came last."""
    if record.kind != "recording" or record.current is None:
        return
    beside = Record.objects.filter(
        source=record.source,
        folder=record.folder,
        kind="recording",
        state=RecordState.LIVE,
        file_name__startswith=_stem(record)[:200],
    ).select_related("current")
    for other in beside.exclude(pk=record.pk)[:20]:
        if _stem(other) == _stem(record) and _is_transcript(other) != _is_transcript(record):
            ours = (record, other) if _is_transcript(record) else (other, record)
            link_records(TRANSCRIPT, *ours)


def _stem(record: Record) -> str:
    return PurePosixPath(record.file_name).stem


def _is_transcript(record: Record) -> bool:
    return record.current is not None and record.current.facts.get("media") == "transcript"
