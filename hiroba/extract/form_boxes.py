"""Read the boxes of a paper form: lay the sheet over the form, take away what was printed, recognise what was written.

All boxes of words go to recognition as one picture, each on lines of its own: a page costs about one recognition."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hiroba.extract.form_alignment import Alignment, Page, align, ink_of, laid_over
from hiroba.extract.form_places import Answer, Box, Field, box_of
from hiroba.language import form_values

DOTS = 200  # an inch: the scale at which pages are compared and read
# Certainty below which somebody is asked, and the median of a sheet's below which it counts as written by hand: print,
# by way of a scanner, FAX or telephone, has 0.998 and more, bent strokes 0.996 and less (bench.forms, kind "bent").
SURE, PRINTED, FEWEST_WORDS = 0.97, 0.997, 4
MARKED, EMPTY = 0.012, 0.004  # ink a choice or tick gains when it is marked, and less than when it is not
CELL_GAP, WORD_GAP = 8, 28  # pixels left free between letters in cells of their own, and between words
_GAP, _PAD, _WIDEST, _HIGHEST = 36, 18, 1500, 1500
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of one line that recognition found, in pixels of the picture it was given."""

    text: str
    certainty: float
    left: float
    top: float
    right: float
    bottom: float


Recognise = Callable[[Page], Sequence[Word]]


@dataclass(frozen=True)
class Lying:
    """A sheet as it lies on its form, both at DOTS an inch, its ink, and the ink that was printed."""

    form: Page
    sheet: Page
    ink: Mask
    printed: Mask
    ruled: Mask


def lay(form: Page, sheet: Page) -> tuple[Lying, Alignment]:
    """Lay a sheet over its form; the caller decides by the agreement whether it is one of this form."""
    alignment = align(form, sheet)
    over = laid_over(sheet, alignment, form.shape[1], form.shape[0])
    printed = ink_of(form) > 0
    return Lying(form, over, ink_of(over) > 0, grown(printed, 3), grown(rulings(printed), 4)), alignment


def read_boxes(lying: Lying, fields: Sequence[Field], recognise: Recognise, today: date) -> list[Answer]:
    """Give an answer for each field that has a box, in their order; what could not be read carries its question."""
    words = [each for each in fields if each.kind in ("text", "number", "date")]
    read = _read_words(lying, words, recognise, today)
    found = {**read, **{each.name: _read_marks(lying, each) for each in fields if each.name not in read}}
    answers = [found[each.name] for each in fields]
    answers = [replace(each, picture=_picture(lying, field)) for each, field in zip(answers, fields, strict=True)]
    is_by_hand = _is_by_hand(list(read.values()))
    return [_doubted(each) if is_by_hand and each.name in read and each.raw else each for each in answers]


def _is_by_hand(answers: Sequence[Answer]) -> bool:
    """Tell whether a sheet is not printed, by how sure its reader is of most of it. Of handwriting it is now and then
    quite sure and wrong: then nothing it reads is taken without a look."""
    sureness = [each.certainty for each in answers if each.raw]
    return len(sureness) >= FEWEST_WORDS and median(sureness) < PRINTED


def _doubted(answer: Answer) -> Answer:
    return replace(answer, question=answer.question or "FORM-04")


def _read_words(lying: Lying, fields: Sequence[Field], recognise: Recognise, today: date) -> dict[str, Answer]:
    strips = {each.name: _strip(lying, each) for each in fields}
    lines = _recognised({name: strip for name, strip in strips.items() if strip is not None}, recognise)
    return {each.name: _answer(each, strips[each.name] is not None, lines.get(each.name, []), today) for each in fields}


def _answer(field: Field, has_ink: bool, words: list[Word], today: date) -> Answer:
    raw = _joined(words)
    certainty = min((word.certainty for word in words), default=0.0)
    if not raw:
        return Answer(field.name, "", "", 0.0 if has_ink else 1.0, "FORM-01" if has_ink else "")
    value = _typed(field.kind, raw, today)
    if value is None:
        return Answer(field.name, "", raw, certainty, "FORM-02")
    return Answer(field.name, value, raw, certainty, "" if certainty >= SURE else "FORM-04")


def _typed(kind: str, raw: str, today: date) -> str | None:
    if kind == "number":
        return form_values.read_number(raw)
    return form_values.read_date(raw, today) if kind == "date" else form_values.read_text(raw)


def _cut(lying: Lying, box: Box) -> tuple[slice, slice]:
    scale = DOTS / 72
    top, left = max(0, round(box.y * scale)), max(0, round(box.x * scale))
    return slice(top, round((box.y + box.high) * scale)), slice(left, round((box.x + box.wide) * scale))


def _strip(lying: Lying, field: Field) -> Page | None:
    """What was written in the box as dark on white, close together; None when nothing was.

    The print inside a date's box (令和 年 月 日) belongs to what is read; of other boxes it is taken away."""
    box = box_of(field.place)
    if box is None:
        return None
    where = _cut(lying, box)
    taken = lying.ruled[where] if field.kind == "date" else lying.printed[where] | lying.ruled[where]
    ink = lying.ink[where]
    written = _without_specks(ink & ~(lying.printed[where] | lying.ruled[where]))
    if written.sum() < 12:
        return None
    kept = _without_specks(ink & ~taken) if field.kind == "date" else written
    grey = np.where(grown(kept, 2), lying.sheet[where], 255).astype(np.uint8)
    is_close = field.kind == "date" or _count_cells(lying.ruled[where]) > 2
    return _close_together(_brightened(grey), kept, CELL_GAP if is_close else WORD_GAP)


def _count_cells(ruled: Mask) -> int:
    """Count the cells that lines from the top of a box to its foot divide it into."""
    inside = ruled[:, 6:-6].mean(axis=0) > 0.8
    return 1 + int(np.count_nonzero(np.diff(inside.astype(np.int8)) == 1))


def _brightened(grey: Page) -> Page:
    """Stretch so that paper is white and ink is black."""
    dark = float(np.percentile(grey[grey < 250], 5)) if (grey < 250).any() else 0.0
    return np.clip((grey.astype(np.float64) - dark) * 255 / max(1.0, 225 - dark), 0, 255).astype(np.uint8)


def _close_together(grey: Page, ink: Mask, gap: int) -> Page:
    """Cut away the empty space around, and most of it between letters that stand in cells of their own."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    grey = grey[max(0, rows[0] - 3) : rows[-1] + 4]
    kept: list[int] = []
    for left, right in zip([columns[0] - 4, *columns], [*columns, columns[-1] + 4], strict=True):
        if right - left > 1:
            kept += _gap(int(left) + 1, int(right), gap)
        kept.append(int(right))
    inside = [column for column in kept if 0 <= column < grey.shape[1]]
    return grey[:, inside]


def _gap(first: int, last: int, most: int) -> list[int]:
    """The columns of an empty stretch, at most so many of them."""
    if last - first <= most:
        return list(range(first, last))
    return [*range(first, first + most // 2), *range(last - most // 2, last)]


def _recognised(strips: dict[str, Page], recognise: Recognise) -> dict[str, list[Word]]:
    """Recognise all strips with as few pictures as hold them, and give each one's words back to it."""
    found: dict[str, list[Word]] = {}
    for names in _sheets_of(strips):
        canvas, tops = _composed([strips[name] for name in names])
        for word in recognise(canvas):
            middle = (word.top + word.bottom) / 2
            index = max((i for i, top in enumerate(tops) if top - _PAD <= middle), default=0)
            found.setdefault(names[index], []).append(word)
    return found


def _sheets_of(strips: dict[str, Page]) -> Iterable[list[str]]:
    names: list[str] = []
    high = 0
    for name, strip in strips.items():
        if names and high + strip.shape[0] + _GAP > _HIGHEST:
            yield names
            names, high = [], 0
        names.append(name)
        high += strip.shape[0] + _GAP
    if names:
        yield names


def _composed(strips: Sequence[Page]) -> tuple[Page, list[int]]:
    """One picture with a strip under the other, and where each begins; too wide ones are made smaller."""
    fitted = [_narrowed(strip) for strip in strips]
    high = sum(strip.shape[0] + _GAP for strip in fitted) + _GAP
    wide = max(strip.shape[1] for strip in fitted) + 2 * _PAD
    canvas = np.full((max(high, 760), max(wide, 760)), 255, np.uint8)
    tops, y = [], _GAP
    for strip in fitted:
        canvas[y : y + strip.shape[0], _PAD : _PAD + strip.shape[1]] = strip
        tops.append(y)
        y += strip.shape[0] + _GAP
    return canvas, tops


def _narrowed(strip: Page) -> Page:
    if strip.shape[1] <= _WIDEST:
        return strip
    size = (_WIDEST, max(1, strip.shape[0] * _WIDEST // strip.shape[1]))
    return np.asarray(Image.fromarray(strip).resize(size, Image.Resampling.LANCZOS))


def _joined(words: list[Word]) -> str:
    """Words in reading order: lines from the top, in a line from the left; a space where one was left free."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda each: (each.top + each.bottom) / 2):
        middle = (word.top + word.bottom) / 2
        if lines and middle < lines[-1][0].bottom and middle > lines[-1][0].top:
            lines[-1].append(word)
        else:
            lines.append([word])
    return "".join(_line(sorted(line, key=lambda each: each.left)) for line in lines)


def _line(words: list[Word]) -> str:
    text = words[0].text
    for before, word in pairwise(words):
        is_apart = word.left - before.right > -0.25 * (word.bottom - word.top)
        text += (" " if is_apart else "") + word.text
    return text


def _read_marks(lying: Lying, field: Field) -> Answer:
    if field.kind == "check":
        gained = _gained(lying, field.place)
        if gained is None or EMPTY < gained < MARKED:
            return Answer(field.name, "", "", 0.5, "FORM-04")
        return Answer(field.name, "1" if gained >= MARKED else "", f"{gained:.3f}", 1.0)
    found = {choice.value: _gained(lying, choice.place) or 0.0 for choice in field.choices}
    ordered = sorted(found, key=lambda value: -found[value])
    raw = " ".join(f"{value}:{found[value]:.3f}" for value in ordered)
    if not ordered or found[ordered[0]] < EMPTY:
        return Answer(field.name, "", raw, 1.0)
    second = found[ordered[1]] if len(ordered) > 1 else 0.0
    if found[ordered[0]] < MARKED or second > found[ordered[0]] * 0.4:
        return Answer(field.name, "", raw, 0.5, "FORM-03")
    return Answer(field.name, ordered[0], raw, 1.0)


def _gained(lying: Lying, place: str) -> float | None:
    """The part of a box that holds ink which the form has not."""
    box = box_of(place)
    if box is None:
        return None
    where = _cut(lying, box)
    written = _without_specks(lying.ink[where] & ~lying.printed[where])
    return float(written.mean()) if written.size else None


def _picture(lying: Lying, field: Field) -> bytes:
    box = box_of(field.place)
    if box is None:
        return b""
    target = io.BytesIO()
    Image.fromarray(lying.sheet[_cut(lying, box)]).save(target, "PNG")
    return target.getvalue()


def grown(mask: Mask, reach: int) -> Mask:
    """Widen by `reach` pixels on every side."""
    for axis in (0, 1):
        grown = mask.copy()
        for step in range(1, reach + 1):
            ahead, behind = [slice(None)] * 2, [slice(None)] * 2
            ahead[axis], behind[axis] = slice(step, None), slice(None, -step)
            grown[tuple(ahead)] |= mask[tuple(behind)]
            grown[tuple(behind)] |= mask[tuple(ahead)]
        mask = grown
    return mask


def rulings(ink: Mask, length: int = 60) -> Mask:
    """Ink that belongs to straight lines across or down of at least `length` pixels."""
    return _runs(ink, length) | _runs(ink.T, length).T


def _runs(ink: Mask, length: int) -> Mask:
    total = np.pad(ink.astype(np.int32), ((0, 0), (1, 0))).cumsum(axis=1)
    if ink.shape[1] <= length:
        return np.zeros_like(ink)
    full = (total[:, length:] - total[:, :-length]) == length
    marks = np.zeros((ink.shape[0], ink.shape[1] + 1), np.int32)
    marks[:, : full.shape[1]] += full
    marks[:, length : length + full.shape[1]] -= full
    return np.asarray(marks.cumsum(axis=1)[:, : ink.shape[1]] > 0)


def _without_specks(ink: Mask) -> Mask:
    """Drop ink that stands alone: fewer than six dots within its 7 × 7 neighbourhood."""
    if not ink.size:
        return ink
    total = np.pad(ink.astype(np.int32), ((4, 3), (4, 3))).cumsum(axis=0).cumsum(axis=1)
    around = total[7:, 7:] - total[:-7, 7:] - total[7:, :-7] + total[:-7, :-7]
    return np.asarray(ink & (around >= 6))
