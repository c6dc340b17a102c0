"""Stretches in which the engine ran two columns together: cut at the white gap between them and read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from hiroba.extract.recognition.engine import Writing, read_writings
from hiroba.extract.recognition.preparation import Bits
from hiroba.extract.recognition.sheet import Grey

_SHORTEST = 8.0  # em: a shorter stretch holds no two columns
_GAP = 1.5  # em: wider than a full-width space with its surroundings
_DUST = 2  # dots of a column of dots that do not count
_FEWEST_STARTS = 3  # other lines that begin where the gap ends
_ALIGNED = 0.8  # em
_MARGIN = 12  # pixels around a piece that is read again

Cut = tuple[Writing, Writing]


def split_columns(writings: Sequence[Writing], grey: Grey, ink: Bits) -> list[Writing]:
    """Give the stretches, those that cross a gap between columns as two."""
    cuts = {id(writing): cut for writing in writings if (cut := _cut(writing, writings, ink))}
    if not cuts:
        return list(writings)
    halves = dict(zip(cuts, _read_again(list(cuts.values()), grey), strict=True))
    return [half for writing in writings for half in halves.get(id(writing)) or (writing,)]


def _cut(writing: Writing, others: Sequence[Writing], ink: Bits) -> Cut | None:
    em = writing.y1 - writing.y0
    if writing.x1 - writing.x0 < _SHORTEST * em:
        return None
    for start, end in _gaps(writing, ink):
        starting = sum(abs(each.x0 - end) < _ALIGNED * em for each in others if each is not writing)
        if end - start > _GAP * em and starting >= _FEWEST_STARTS:
            left = Writing(writing.x0, writing.y0, start, writing.y1, "", writing.sureness)
            return left, Writing(end, writing.y0, writing.x1, writing.y1, "", writing.sureness)
    return None


def _gaps(writing: Writing, ink: Bits) -> Iterator[tuple[float, float]]:
    """White gaps inside a stretch, the middle of it first."""
    inside = ink[int(writing.y0) + 2 : int(writing.y1) - 2, int(writing.x0) : int(writing.x1)]
    is_white = inside.sum(axis=0) <= _DUST
    edges = np.flatnonzero(np.diff(np.pad(is_white, 1).astype(np.int8))).reshape(-1, 2)
    for start, end in edges:
        if start > 0 and end < is_white.size:
            yield writing.x0 + float(start), writing.x0 + float(end)


def _read_again(cuts: Sequence[Cut], grey: Grey) -> list[Cut | None]:
    """Read the halves, each on a line of its own of one sheet; None where a half then reads as nothing."""
    pieces = [(half, _piece(half, grey)) for cut in cuts for half in cut]
    wide = max(piece.shape[1] for _, piece in pieces)
    paper = np.full((sum(piece.shape[0] for _, piece in pieces), wide), 255, dtype=np.uint8)
    tops = np.cumsum([0, *(piece.shape[0] for _, piece in pieces)])
    for top, (_, piece) in zip(tops, pieces, strict=False):
        paper[top : top + piece.shape[0], : piece.shape[1]] = piece
    found = read_writings(paper)
    halves = [
        _joined(half, [each for each in found if top <= (each.y0 + each.y1) / 2 < bottom])
        for (half, _), top, bottom in zip(pieces, tops, tops[1:], strict=False)
    ]
    return [(left, right) if left and right else None for left, right in zip(halves[::2], halves[1::2], strict=True)]


def _piece(half: Writing, grey: Grey) -> Grey:
    """The half with white around it, so that nothing else is read with it."""
    inside = grey[round(half.y0) : round(half.y1), max(0, round(half.x0) - 2) : round(half.x1) + 2]
    return np.pad(inside, _MARGIN, constant_values=255)


def _joined(half: Writing, read: Sequence[Writing]) -> Writing | None:
    if not read:
        return None
    text = "".join(each.text for each in sorted(read, key=lambda each: each.x0))
    sureness = min(each.sureness for each in read)
    return Writing(half.x0, half.y0, half.x1, half.y1, text, sureness)
