"""A sheet of paper in a photograph: its corners are found, it is drawn upright and evenly lit, and places lead back.

A photograph is a picture that does not say its scale and has a camera's noise. Where the sheet does not stand out from
what it lies on, or lies straight and fills the picture, it stays as it is. Corners: the best four lines along which the
picture grows brighter inwards (Duda and Hart's lines, 1972, one set for each side)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from hiroba.extract.recognition.sheet import DPI, Grey, Matrix, Sheet

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Corners = Numbers
"""Four points (x, y) in pixels, from the top left clockwise."""

_LOOKED_AT = 480  # pixels along the longer side when looking for the sheet
_WRITING = 11  # pixels at that size: dark things this thin are writing on the sheet
_STEEPEST = 0.36  # how far a side may lean: 20 degrees
_BRIGHTER = 0.05  # natural logarithm: from the desk to the sheet by 5 % within four pixels
_CLEARLY = 0.35  # a stronger step does not count for more
_LINES = 6  # for each side are tried
_SUPPORTED = 0.55  # of each side, at least, the picture grows brighter inwards
_SMALLEST, _LARGEST = 0.15, 0.985  # of the picture is the sheet
_FEW_SHADES = 0.5  # of the dots have one of three shades: drawn by a program, not seen by a camera
_A_SERIES = 2**0.5
_NEARLY = 1.2  # times longer or shorter than that, seen aslant
_A4_LONG = 842.0  # points
_MOST_ENLARGED = 2.0
_RIM = 9  # pixels of the drawn sheet: a millimetre, in which the desk still shows
_PAPER_SHADE = 245.0
_DARKEST_PAPER = 0.3  # of the brightest: what is darker over a wide stretch is print, not shadow
_EVEN = 0.8  # of the brightest: paper in even light
_AS_BRIGHT, _MUCH = 0.75, 0.03  # as the sheet's middle shade, in that part of the picture: more paper may lie beside it


def straightened(sheet: Sheet) -> Sheet:
    """Give the sheet that a photograph shows, upright, evenly lit and at about 200 dots an inch if it has the shape of
    A4; `origin` leads back to points of the photograph. Scans, FAXes and what is no photograph come back as they are.

    A photograph without a visible rim is only lit evenly."""
    if sheet.is_to_scale or _is_drawn(sheet.grey):
        return sheet
    corners = find_corners(sheet.grey)
    if corners is None:
        return replace(sheet, grey=evenly_lit(sheet.grey))
    return _drawn_upright(sheet, corners)


def rest_of(photo: Sheet, upright: Sheet) -> Sheet | None:
    """Give the photograph without the sheet that was drawn from it, where something as bright lies beside that."""
    if upright.origin is None:
        return None
    high, wide = upright.grey.shape
    edges = np.array([[0, wide, wide, 0], [0, 0, high, high], [1, 1, 1, 1]]) * [[upright.across], [upright.down], [1]]
    x, y, w = upright.origin @ edges
    middle = np.array([(x / w).mean() / photo.across, (y / w).mean() / photo.down])
    corners = np.column_stack([x / w / photo.across, y / w / photo.down])
    outline = Image.new("1", (photo.grey.shape[1], photo.grey.shape[0]))
    ImageDraw.Draw(outline).polygon([tuple(middle + 1.02 * (corner - middle)) for corner in corners], fill=1)
    inside = np.asarray(outline)
    paper = float(np.median(photo.grey[inside]))
    if ((photo.grey > _AS_BRIGHT * paper) & ~inside).mean() < _MUCH:
        return None
    return replace(photo, grey=evenly_lit(np.where(inside, np.uint8(paper), photo.grey)))


def _is_drawn(grey: Grey) -> bool:
    """Tell whether a program made this picture: a window or a poster with flat colours. White and black do not count,
    for bright paper is all white to a camera."""
    shades = np.bincount(grey[::3, ::3].ravel(), minlength=256)[2:253]
    return bool(np.sort(shades)[-3:].sum() > _FEW_SHADES * max(1, shades.sum()))


def evenly_lit(grey: Grey) -> Grey:
    """Give the page with its paper equally white everywhere: each dot over the brightness of the paper around it."""
    high, wide = grey.shape
    step = max(1, max(high, wide) // 150)
    image = Image.fromarray(grey)
    small = image.resize((max(8, wide // step), max(8, high // step)), Image.Resampling.BOX)
    paper = small.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.MinFilter(5)).filter(ImageFilter.GaussianBlur(3))
    brightest = float(np.percentile(np.asarray(paper), 98))
    if np.percentile(np.asarray(paper), 5) > _EVEN * brightest:
        return grey
    around = np.asarray(paper.resize((wide, high), Image.Resampling.BILINEAR), dtype=np.float32)
    around = np.maximum(around, max(1.0, _DARKEST_PAPER * brightest))
    return np.minimum(grey * (_PAPER_SHADE / around), 255.0).astype(np.uint8)


def find_corners(grey: Grey) -> Corners | None:
    """Give the corners of the sheet in pixels; None where no sheet stands out from what it lies on."""
    scale = min(1.0, _LOOKED_AT / max(grey.shape))
    wide, high = (max(32, round(side * scale)) for side in (grey.shape[1], grey.shape[0]))
    bare = _without_writing(Image.fromarray(grey).resize((wide, high), Image.Resampling.BOX), _WRITING)
    sides = [_lines_along(step) for step in _steps_inwards(bare)]
    found = _best_of(sides, (wide, high))
    if found is None:
        return None
    corners = _on_edges(grey, found / (wide / grey.shape[1]))
    return corners if _is_sheet(corners, grey.shape) else None


def _without_writing(image: Image.Image, width: int) -> Numbers:
    """The logarithm of brightness, thin dark things taken away: shadows add to it evenly on both sides of an edge."""
    closed = image.filter(ImageFilter.MaxFilter(width)).filter(ImageFilter.MinFilter(width))
    return np.log(np.asarray(closed.filter(ImageFilter.BoxBlur(1)), dtype=np.float64) + 8.0)


def _steps_inwards(bare: Numbers) -> list[Numbers]:
    """How much brighter (0 … 1) it grows inwards, seen from the left, right, top and bottom; the latter two transposed
    so that every side runs down."""
    across, down = np.zeros_like(bare), np.zeros_like(bare)
    across[:, 2:-2] = bare[:, 4:] - bare[:, :-4]
    down[2:-2] = bare[4:] - bare[:-4]
    steps = (across, -across, down.T, -down.T)
    return [((step - _BRIGHTER / 2) / (_CLEARLY - _BRIGHTER / 2)).clip(0, 1) for step in steps]


@dataclass(frozen=True, slots=True)
class _Line:
    """x = at + lean × (y − middle), and how many of its rows from the top grow brighter inwards."""

    at: float
    lean: float
    middle: float
    held: Numbers

    def x(self, y: float) -> float:
        return self.at + self.lean * (y - self.middle)

    def support(self, top: float, bottom: float) -> float:
        """Which part of it between two heights is an edge."""
        last = len(self.held) - 1
        rows = self.held[int(np.clip(round(bottom), 0, last))] - self.held[int(np.clip(round(top), 0, last))]
        return float(rows / max(1.0, bottom - top))


def _lines_along(step: Numbers) -> list[_Line]:
    """The strongest lines down a picture of steps, none twice."""
    high, wide = step.shape
    y, x = np.nonzero(step > 0.02)
    weights, middle, reach = step[y, x], high / 2, round(_STEEPEST * high / 2) + 1
    leans = np.arange(-_STEEPEST, _STEEPEST + 0.001, 0.012)
    votes = np.zeros((len(leans), wide + 2 * reach))
    for row, lean in enumerate(leans):
        places = np.rint(x - lean * (y - middle)).astype(np.int64) + reach
        votes[row] = np.bincount(places, weights, wide + 2 * reach)[: wide + 2 * reach]
    found: list[_Line] = []
    for _ in range(_LINES):
        best, at = divmod(int(votes.argmax()), votes.shape[1])
        if votes[best, at] <= 0:
            break
        found.append(_line(step, float(at - reach), float(leans[best]), middle))
        votes[max(0, best - 4) : best + 5, max(0, at - 5) : at + 6] = 0
    return found


def _line(step: Numbers, at: float, lean: float, middle: float) -> _Line:
    high, wide = step.shape
    rows = np.arange(high)
    centre = np.rint(at + lean * (rows - middle)).astype(np.int64)
    strength = np.zeros(high)
    for aside in (-1, 0, 1):
        place = centre + aside
        inside = (place >= 0) & (place < wide)
        strength = np.maximum(strength, np.where(inside, step[rows, place.clip(0, wide - 1)], 0.0))
    return _Line(at, lean, middle, np.append(0.0, (strength > _BRIGHTER).cumsum()).astype(np.float64))


def _best_of(sides: list[list[_Line]], size: tuple[int, int]) -> Corners | None:
    """The four lines that make the largest and best supported sheet."""
    best: tuple[float, Corners] | None = None
    for left, right, top, bottom in product(*sides):
        corners = np.array([_meet(*pair) for pair in ((left, top), (right, top), (right, bottom), (left, bottom))])
        if not _is_convex(corners):
            continue
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
        held = (left.support(y0, y3), right.support(y1, y2), top.support(x0, x1), bottom.support(x3, x2))
        if min(held) >= _SUPPORTED:
            score = sum(held) / 4 + min(held) / 2 + (_area(corners) / (size[0] * size[1])) ** 0.5
            if best is None or score > best[0]:
                best = score, corners
    return best[1] if best else None


def _meet(upright: _Line, level: _Line) -> tuple[float, float]:
    """Where a side and the top or bottom (whose x is the picture's y) cross."""
    y = (level.at + level.lean * (upright.at - upright.lean * upright.middle - level.middle)) / (
        1 - level.lean * upright.lean
    )
    return upright.x(y), y


def _is_convex(corners: Corners) -> bool:
    ahead = np.roll(corners, -1, axis=0) - corners
    turn = ahead[:, 0] * np.roll(ahead, -1, axis=0)[:, 1] - ahead[:, 1] * np.roll(ahead, -1, axis=0)[:, 0]
    return bool((turn > 0).all() and np.hypot(*ahead.T).min() > 40)


def _area(corners: Corners) -> float:
    x, y = corners.T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def _on_edges(grey: Grey, corners: Corners) -> Corners:
    """Move each side onto the edge itself, seen at three times the size."""
    factor = min(1.0, 3 * _LOOKED_AT / max(grey.shape))
    size = round(grey.shape[1] * factor), round(grey.shape[0] * factor)
    bare = _without_writing(Image.fromarray(grey).resize(size, Image.Resampling.BOX), 5)
    rough = corners * factor
    lines = [_fitted(bare, rough[index], rough[(index + 1) % 4]) for index in range(4)]
    met = [np.cross(lines[index - 1], lines[index]) for index in range(4)]
    return np.array([point[:2] / point[2] for point in met]) / factor


def _fitted(bare: Numbers, start: Numbers, end: Numbers) -> Numbers:
    """The line (a, b, c; ax + by + c = 0) through the sharpest steps near start … end, stray ones left out."""
    along = (end - start) / np.hypot(*(end - start))
    inwards = np.array([-along[1], along[0]])  # corners run clockwise
    points = start + np.linspace(0.04, 0.96, 90)[:, None] * (end - start)
    offsets = np.arange(-9, 10)
    x, y = (points[:, None] + offsets[:, None] * inwards).transpose(2, 0, 1)
    high, wide = bare.shape
    seen = bare[np.rint(y).astype(int).clip(0, high - 1), np.rint(x).astype(int).clip(0, wide - 1)]
    steps = seen[:, 3:] - seen[:, :-3]
    away = offsets[steps.argmax(axis=1)] + 1.5
    far, good = np.linspace(0.04, 0.96, 90), steps.max(axis=1) > _BRIGHTER
    slope, base = 0.0, float(np.median(away[good])) if good.any() else 0.0
    for limit in (6.0, 3.0, 1.5):
        near = good & (abs(away - base - slope * far) <= limit)
        if near.sum() >= 12:
            slope, base = (float(value) for value in np.polyfit(far[near], away[near], 1))
    first, last = start + base * inwards, end + (base + slope) * inwards
    return np.cross([*first, 1.0], [*last, 1.0])


def _is_sheet(corners: Corners, shape: tuple[int, ...]) -> bool:
    part = _area(corners) / (shape[0] * shape[1])
    return _is_convex(corners) and _SMALLEST <= part <= _LARGEST


def _drawn_upright(sheet: Sheet, corners: Corners) -> Sheet:
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    wide, high = (sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2
    is_lying, long = wide > high, max(wide, high)
    points = max(wide * sheet.across, high * sheet.down)
    if _A_SERIES / _NEARLY < long / min(wide, high) < _A_SERIES * _NEARLY:
        points = _A4_LONG
        wide, high = (long, long / _A_SERIES) if is_lying else (long / _A_SERIES, long)
    factor = min(points * DPI / 72, long * _MOST_ENLARGED) / long
    size = round(wide * factor), round(high * factor)
    grey = evenly_lit(_drawn(sheet.grey, corners, size, finer=max(1.0, min(2.0, 1 / factor))))
    grey[:_RIM], grey[-_RIM:], grey[:, :_RIM], grey[:, -_RIM:] = (255,) * 4
    scale = points / max(size)
    into_photo = (
        np.diag([sheet.across, sheet.down, 1.0]) @ _matrix(size, corners) @ np.diag([1 / scale, 1 / scale, 1.0])
    )
    return replace(sheet, grey=grey, across=scale, down=scale, origin=into_photo)


def _drawn(grey: Grey, corners: Corners, size: tuple[int, int], finer: float) -> Grey:
    """The sheet alone, drawn `finer` than wanted and shrunk where the photograph has more dots than are needed."""
    drawn = round(size[0] * finer), round(size[1] * finer)
    matrix = _matrix(drawn, corners)
    way = tuple((matrix / matrix[2, 2]).ravel()[:8])
    image = Image.fromarray(grey).transform(drawn, Image.Transform.PERSPECTIVE, way, Image.Resampling.BICUBIC)
    return np.array(image if drawn == size else image.resize(size, Image.Resampling.LANCZOS))


def _matrix(size: tuple[int, int], corners: Corners) -> Matrix:
    """The projective map from pixels of the drawn sheet to those of the photograph."""
    wide, high = size
    rows, onto = [], []
    for (x, y), (u, v) in zip(((0, 0), (wide, 0), (wide, high), (0, high)), corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        onto += [u, v]
    solved = np.linalg.solve(np.array(rows, dtype=np.float64), np.array(onto, dtype=np.float64))
    return np.append(solved, 1.0).reshape(3, 3)
