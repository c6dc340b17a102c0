"""Make a page fit for the engine: black on white, square dots, no specks, lines level.

Smoothing is left out on purpose: it hurts small Mincho more than it helps (measured)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from PIL import Image

from hiroba.extract.recognition.sheet import DPI, Grey, Matrix, Sheet

Bits = np.ndarray[tuple[int, int], np.dtype[np.bool_]]

_UNEVEN = 1.4  # dots this much further apart one way than the other: a standard FAX has 200 × 100
_COARSE = 150.0  # dots an inch
_MOST_ENLARGED = 2.0
_POINTS = 72.0
_MOSTLY_BLACK = 0.6  # of the dots: the picture is a negative
_STEEPEST = 5.0  # degrees; papers lie straighter in feeders
_LEVEL = 0.08  # degrees: less is not worth turning all dots for
_LOOKED_AT = 900  # pixels across: enough to see a slope of a twentieth of a degree
_LEAST_INK = 0.0001  # of the dots; a page with less is blank but for dust
_FEW_SHADES = 0.98  # of the dots are pure black or white: scanned without greys


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page ready to be read. (x, y) of its pixels become points of the page as it came by `place`."""

    grey: Grey
    across: float
    down: float
    slope: float  # degrees by which the page was turned to lie level
    quarter_turns: int = 0  # by which it was turned counter-clockwise after that, to stand upright
    origin: Matrix | None = None  # from points of this page to those of the photograph it was drawn from

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Give the point of the original page, in points from its top left."""
        high, wide = self.grey.shape
        for _ in range(self.quarter_turns):
            x, y, wide, high = high - y, x, high, wide
        angle = np.deg2rad(self.slope)
        from_x, from_y = x - wide / 2, y - high / 2
        x = from_x * np.cos(angle) - from_y * np.sin(angle) + wide / 2
        y = from_x * np.sin(angle) + from_y * np.cos(angle) + high / 2
        x, y = float(x * self.across), float(y * self.down)
        if self.origin is None:
            return x, y
        u, v, w = self.origin @ np.array([x, y, 1.0])
        return float(u / w), float(v / w)


def prepare(sheet: Sheet) -> Prepared:
    """Give the page black on white, with square dots, fine enough, without specks and level."""
    sheet = _fine_enough(_with_square_dots(sheet))
    grey = _black_on_white(sheet.grey)
    if is_without_greys(grey):
        grey = _without_specks(grey)
    slope = find_slope(ink_of(grey))
    if abs(slope) >= _LEVEL:
        turned = Image.fromarray(grey).rotate(slope, Image.Resampling.BICUBIC, fillcolor=255)
        grey = np.array(turned)
    slope = slope if abs(slope) >= _LEVEL else 0.0
    return Prepared(grey, sheet.across, sheet.down, slope, origin=sheet.origin)


def turned(page: Prepared, quarter_turns: int) -> Prepared:
    """Give the page turned by so many quarters counter-clockwise."""
    grey = np.ascontiguousarray(np.rot90(page.grey, quarter_turns))
    return replace(page, grey=grey, quarter_turns=(page.quarter_turns + quarter_turns) % 4)


def is_blank(page: Prepared) -> bool:
    """Tell whether nothing is written: dust, the shadow of the other side and scanners' edges do not count."""
    high, wide = page.grey.shape
    inner = page.grey[high // 40 : high - high // 40, wide // 40 : wide - wide // 40]
    ink = ink_of(inner)
    return bool(ink.mean() < _LEAST_INK) or inner.std() < 1.0


def is_without_greys(grey: Grey) -> bool:
    """Tell whether the page was scanned in black and white, as FAX machines do."""
    return bool(((grey < 8) | (grey > 247)).mean() > _FEW_SHADES) and len(np.unique(grey[::7, ::7])) <= 3


def ink_of(grey: Grey) -> Bits:
    """Tell ink from paper, by the shades the page itself has."""
    dark, light = np.percentile(grey[::5, ::5], (0.5, 70))
    return np.asarray(grey < min(200.0, (dark + light) / 2), dtype=np.bool_)


def _with_square_dots(sheet: Sheet) -> Sheet:
    ratio = sheet.down / sheet.across
    if 1 / _UNEVEN < ratio < _UNEVEN:
        return sheet
    high, wide = sheet.grey.shape
    size = (wide, round(high * ratio)) if ratio > 1 else (round(wide / ratio), high)
    grey = np.array(Image.fromarray(sheet.grey).resize(size, Image.Resampling.BICUBIC))
    return replace(sheet, grey=grey, across=sheet.across * wide / size[0], down=sheet.down * high / size[1])


def _fine_enough(sheet: Sheet) -> Sheet:
    """Enlarge what was scanned coarsely (halves what is wrong at 100 dots an inch)."""
    dots = _POINTS / sheet.across
    if dots >= _COARSE:
        return sheet
    factor = min(_MOST_ENLARGED, DPI / dots)
    high, wide = sheet.grey.shape
    size = round(wide * factor), round(high * factor)
    grey = np.array(Image.fromarray(sheet.grey).resize(size, Image.Resampling.BICUBIC))
    return replace(sheet, grey=grey, across=sheet.across * wide / size[0], down=sheet.down * high / size[1])


def _black_on_white(grey: Grey) -> Grey:
    return np.asarray(255 - grey, dtype=np.uint8) if (grey < 128).mean() > _MOSTLY_BLACK else grey


def _without_specks(grey: Grey) -> Grey:
    """Fill dots that stand alone among the other colour: noise on the line, not writing."""
    black = np.pad(grey < 128, 1)
    around = np.zeros(grey.shape, dtype=np.int8)
    high, wide = grey.shape
    for down, across in product((0, 1, 2), repeat=2):
        if (down, across) != (1, 1):
            around += black[down : down + high, across : across + wide]
    cleaned = grey.copy()
    inside = black[1:-1, 1:-1]
    cleaned[inside & (around == 0)] = 255
    cleaned[~inside & (around == 8)] = 0
    return cleaned


def find_slope(ink: Bits) -> float:
    """Give the angle in degrees by which the lines fall to the right; turning by it counter-clockwise levels them.

    Lines are level when rows of dots are as different from their neighbours as can be (Postl 1986); vertical writing
    is judged by its columns."""
    step = max(1, ink.shape[1] // _LOOKED_AT)
    y, x = np.nonzero(ink[::step, ::step])
    if len(x) < 200:
        return 0.0
    if len(x) > 60_000:
        chosen = np.random.default_rng(0).choice(len(x), 60_000, replace=False)
        x, y = x[chosen], y[chosen]
    best = 0.0
    for reach, width in ((_STEEPEST, 0.5), (0.5, 0.1), (0.1, 0.03)):
        angles = np.arange(best - reach, best + reach + width / 2, width)
        best = float(max(angles, key=lambda angle: _evenness(x, y, angle)))
    return best


def _evenness(x: np.ndarray, y: np.ndarray, angle: float) -> float:
    fall = np.tan(np.deg2rad(angle))
    return max(_contrast(y - x * fall), _contrast(x + y * fall))


def _contrast(places: np.ndarray) -> float:
    counts = np.bincount(np.round(places - places.min()).astype(np.int64))
    return float((np.diff(counts.astype(np.float64)) ** 2).sum())
