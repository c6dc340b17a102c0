"""What slow readers have read, kept by the bytes it was read from: a part is read once, whoever brings it."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from django.db.models import QuerySet
from django.utils import timezone

from hiroba.archive import gate
from hiroba.extract import wire
from hiroba.extract.passages import Extraction, Part
from hiroba.extract.slow import engine_of
from hiroba.ingest.models import PartReading
from hiroba.language import private

# A part of some bytes: their SHA-256, and which part.
Wanted = tuple[str, Part]


def keep_reading(wanted: Wanted, extraction: Extraction) -> None:
    """Keep what was made of a part, instead of what the same engine made of it before."""
    sha256, part = wanted
    PartReading.objects.update_or_create(
        sha256=sha256,
        tool=part.tool,
        number=part.number,
        engine=engine_of(part.tool)[:64],
        defaults={"packed": zlib.compress(wire.pack(extraction), 6), "read_at": timezone.now()},
    )


def missing_of(wanted: Collection[Wanted]) -> list[Wanted]:
    """Give those of the parts that nobody has read yet, in the order they were asked for."""
    found: set[Wanted] = set()
    for sha256, tool, rows in _rows_for(wanted):
        found |= {(sha256, _part(tool, number)) for number in rows.values_list("number", flat=True)}
    return [each for each in wanted if each not in found]


def packed_readings(wanted: Collection[Wanted]) -> dict[Wanted, bytes]:
    """Give what was read of the parts, still packed: a file of thousands of pages is unpacked where there is time."""
    found: dict[Wanted, bytes] = {}
    for sha256, tool, rows in _rows_for(wanted):
        for number, packed in rows.values_list("number", "packed").iterator(chunk_size=500):
            found[sha256, _part(tool, number)] = bytes(packed)
    return {each: found[each] for each in wanted if each in found}


def unpack_reading(packed: bytes) -> Extraction:
    """Give back what `keep_reading` was given."""
    return wire.unpack(zlib.decompress(packed)[wire.HEADER.size :], b"")


def forget_private(shas: Collection[str], places: Iterable[str]) -> int:
    """Forget what was read of the parts in which the gate saw, or could have seen, a マイナンバー: no text of it is
    stored anywhere. `places` are locators it named. Give how many; the other parts need not be read again."""
    named = {place.partition(";")[0] for place in places}
    gone: list[int] = []
    for pk, number, packed in PartReading.objects.filter(sha256__in=list(shas)).values_list("pk", "number", "packed"):
        if f"page={number}" in named or _may_hold_numbers(unpack_reading(bytes(packed))):
            gone.append(pk)
    return PartReading.objects.filter(pk__in=gone).delete()[0]


def forget_failures(sha256: str) -> None:
    """Forget the parts of these bytes that could not be read, so that they are tried again."""
    rows = PartReading.objects.filter(sha256=sha256).values_list("pk", "packed").iterator(chunk_size=500)
    failed = [pk for pk, packed in rows if unpack_reading(bytes(packed)).error is not None]
    PartReading.objects.filter(pk__in=failed).delete()


def _may_hold_numbers(extraction: Extraction) -> bool:
    """Look with the strictest eyes: as if every page stood under the words マイナンバー."""
    if gate.examine(extraction).code == gate.MY_NUMBER:
        return True
    context = private.CONTEXT_WORDS[0]
    return any(private.find_my_numbers(passage.text, context=context) for passage in extraction.passages)


def _rows_for(wanted: Collection[Wanted]) -> Iterator[tuple[str, str, QuerySet[PartReading]]]:
    numbers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for sha256, part in wanted:
        numbers[sha256, part.tool].add(part.number)
    for (sha256, tool), some in numbers.items():
        engine = engine_of(tool)[:64]
        rows = PartReading.objects.filter(sha256=sha256, tool=tool, engine=engine)
        yield sha256, tool, rows.filter(number__gte=min(some), number__lte=max(some))


def _part(tool: str, number: int) -> Part:
    return Part(tool, number)  # type: ignore[arg-type]  # only names of tools are ever written
