"""A mail as people read it: what its writer wrote is open, earlier mails and signatures are folded, all there
and searchable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from hiroba.features.reading.layout import Block, Group, Piece
from hiroba.language.letters import Role, roles_of

# A few quoted lines with an answer below them are read together with it.
SHORT_QUOTE_LINES = 4
_WRITTEN = frozenset({"paragraph", "row", "code"})


@dataclass(frozen=True)
class _Part:
    """A stretch of one block whose lines have one role."""

    block: Block
    role: Role
    lines: int


def fold_mail(groups: Sequence[Group]) -> list[Group]:
    """Cut the flowing groups of a mail into what is open ("flow") and what is folded ("folded", named "quote" or
    "signature"); a fold that holds the cited place is open."""
    return [each for group in groups for each in (_folded(group) if group.shape == "flow" else [group])]


def _folded(group: Group) -> Iterator[Group]:
    parts = list(_parts(group.blocks))
    runs = [(role, list(members)) for role, members in groupby(parts, key=lambda part: part.role)]
    for at, (role, members) in enumerate(runs):
        blocks = tuple(part.block for part in members)
        is_short = sum(part.lines for part in members) <= SHORT_QUOTE_LINES
        is_answered = any(later == "text" for later, _members in runs[at + 1 :])
        if role == "text" or (role == "quote" and is_short and is_answered):
            yield replace(group, blocks=blocks)
        else:
            is_open = any(block.is_here for block in blocks)
            yield replace(group, name=role, shape="folded", blocks=blocks, is_open=is_open)


def _parts(blocks: Sequence[Block]) -> Iterator[_Part]:
    """Cut each written block where the role of its lines changes; an empty line stands between blocks."""
    written = [block for block in blocks if block.kind in _WRITTEN]
    lines = [[*_text(block).split("\n"), ""] for block in written]
    roles = iter(roles_of([line for each in lines for line in each]))
    of = {block.ordinal: [next(roles) for _line in each] for block, each in zip(written, lines, strict=True)}
    for block in blocks:
        if block.ordinal in of:
            yield from _cut(block, of[block.ordinal][:-1])
        else:
            yield _Part(block, "text", 1)


def _cut(block: Block, roles: list[Role]) -> Iterator[_Part]:
    texts = _text(block).split("\n")
    start, number = 0, 0
    for part, (role, members) in enumerate(groupby(roles)):
        count = len(list(members))
        length = sum(len(text) + 1 for text in texts[number : number + count])
        pieces = tuple(_between(block.pieces, start, start + length - (number + count == len(texts))))
        yield _Part(replace(block, pieces=pieces, part=part, is_here=block.is_here and part == 0), role, count)
        start, number = start + length, number + count


def _between(pieces: Sequence[Piece], start: int, end: int) -> Iterator[Piece]:
    """Give the characters start..end of the pieces with their looks."""
    at = 0
    for piece in pieces:
        text = piece.text[max(0, start - at) : max(0, end - at)]
        if text:
            yield replace(piece, text=text)
        at += len(piece.text)


def _text(block: Block) -> str:
    return "".join(piece.text for piece in block.pieces)
