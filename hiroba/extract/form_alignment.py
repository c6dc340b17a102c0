"""Lay a filled-in sheet over the form it was printed from: scanned askew, upside down, a little larger or smaller.

Pages are grey images (uint8, 0 is ink). What is found is a projective map from points of the form to points of the
sheet, both in pixels, and how well the printed lines of the two agree (0 … 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Page: TypeAlias = NDArray[np.uint8]
Numbers: TypeAlias = NDArray[np.float64]

WORKING_WIDTH = 1000  # pixels: alignment looks at pages of this width
PATCH, REACH = 72, 28  # half a patch is PATCH pixels; it is looked for up to REACH pixels away
SAME_FORM = 0.5  # agreement from which a sheet is taken for one of this form; other forms give less than 0.35
_ANGLES = np.arange(-4.0, 4.01, 0.5)
_SCALES = np.arange(0.93, 1.071, 0.005)


@dataclass(frozen=True)
class Alignment:
    """`matrix` maps homogeneous (x, y, 1) of the form to the sheet; `agreement` is 0 (nothing in common) … 1."""

    matrix: Numbers
    agreement: float

    @property
    def is_same_form(self) -> bool:
        """Whether the sheet is one of this form."""
        return self.agreement >= SAME_FORM


def align(form: Page, sheet: Page) -> Alignment:
    """Find how `sheet` lies over `form`. Turned by a half turn, askew up to 4°, larger or smaller up to 7 %."""
    small_form, small_sheet = _shrunk(form), _shrunk(sheet)
    into_form = np.diag([form.shape[1] / small_form.shape[1], form.shape[0] / small_form.shape[0], 1.0])
    into_sheet = np.diag([sheet.shape[1] / small_sheet.shape[1], sheet.shape[0] / small_sheet.shape[0], 1.0])
    ink_form, ink_sheet = ink_of(small_form), ink_of(small_sheet)
    best = Alignment(np.eye(3), 0.0)
    for guess in _guesses(ink_form, ink_sheet):
        found = _refined(ink_form, ink_sheet, guess)
        if found.agreement > best.agreement:
            best = found
        if best.agreement > 0.75:  # the first guess is the likelier one: upright
            break
    return Alignment(into_sheet @ best.matrix @ np.linalg.inv(into_form), best.agreement)


def ink_of(page: Page) -> Numbers:
    """Give 1 where there is ink and 0 on paper, judged against the brightness around (shadows, grey paper)."""
    grey = page.astype(np.float64)
    around = _blurred(grey, max(8, page.shape[1] // 40))
    return ((grey < around * 0.86) & (grey < 215)).astype(np.float64)


def laid_over(sheet: Page, alignment: Alignment, width: int, height: int) -> Page:
    """Draw the sheet as it lies on the form: `width` × `height` are the form's. Outside of the sheet is white."""
    matrix = alignment.matrix / alignment.matrix[2, 2]
    image = Image.fromarray(sheet)
    drawn = image.transform(
        (width, height), Image.Transform.PERSPECTIVE, tuple(matrix.ravel()[:8]), Image.Resampling.BICUBIC, fillcolor=255
    )
    return np.asarray(drawn)


def _shrunk(page: Page) -> Page:
    scale = WORKING_WIDTH / page.shape[1]
    size = (WORKING_WIDTH, max(1, round(page.shape[0] * scale)))
    return np.asarray(Image.fromarray(page).resize(size, Image.Resampling.BOX))


def _blurred(values: Numbers, reach: int) -> Numbers:
    """Mean over a square of 2 × reach + 1, the edges repeated."""
    for axis in (0, 1):
        padding = [(0, 0), (0, 0)]
        padding[axis] = (reach + 1, reach)
        total = np.cumsum(np.pad(values, padding, mode="edge"), axis=axis)
        ahead = np.take(total, range(2 * reach + 1, total.shape[axis]), axis=axis)
        behind = np.take(total, range(total.shape[axis] - 2 * reach - 1), axis=axis)
        values = (ahead - behind) / (2 * reach + 1)
    return values


def _guesses(form: Numbers, sheet: Numbers) -> list[Numbers]:
    """Upright and upside down: level both, then fit rows and columns by their ink, each with its own scale."""
    form_skew, sheet_skew = skew_of(form), skew_of(sheet)
    levelled_form, levelled_sheet = _turn(form, form_skew), _turn(sheet, sheet_skew)
    found = []
    for half_turn in (False, True):
        turned = _half_turn(sheet) if half_turn else np.eye(3)
        lying = levelled_sheet[::-1, ::-1] if half_turn else levelled_sheet
        x_scale, x_shift, x_score = _fit(levelled_form.sum(axis=0), lying.sum(axis=0))
        y_scale, y_shift, y_score = _fit(levelled_form.sum(axis=1), lying.sum(axis=1))
        fit = np.array([[x_scale, 0, x_shift], [0, y_scale, y_shift], [0, 0, 1.0]])
        found.append((x_score + y_score, _rotation(sheet, -sheet_skew) @ turned @ fit @ _rotation(form, form_skew)))
    return [matrix for _, matrix in sorted(found, key=lambda each: -each[0])]


def skew_of(ink: Numbers) -> float:
    """Give by how many degrees a page lies askew: turned by that much, its lines of ink are level."""
    step = max(1, ink.shape[1] // 500)
    small = ink[::step, ::step]
    coarse = max(_ANGLES, key=lambda angle: _levelness(small, float(angle)))
    fine = np.arange(coarse - 0.5, coarse + 0.51, 0.1)
    return float(max(fine, key=lambda angle: _levelness(small, float(angle))))


def _levelness(ink: Numbers, angle: float) -> float:
    """Rows that are either full or empty of ink: the variance of their differences."""
    rows = _turn(ink, angle).sum(axis=1)
    return float(np.square(np.diff(rows)).sum())


def _turn(ink: Numbers, degrees: float) -> Numbers:
    if abs(degrees) < 0.04:
        return ink
    image = Image.fromarray((ink * 255).astype(np.uint8))
    return np.asarray(image.rotate(degrees, Image.Resampling.BILINEAR)).astype(np.float64) / 255


def _rotation(ink: Numbers, degrees: float) -> Numbers:
    """The map of points that `_turn` makes: about the middle, positive against the clock as it is seen."""
    angle = np.deg2rad(degrees)
    cosine, sine = np.cos(angle), np.sin(angle)
    x, y = ink.shape[1] / 2, ink.shape[0] / 2
    back, there = np.eye(3), np.eye(3)
    back[:2, 2], there[:2, 2] = (-x, -y), (x, y)
    turned: Numbers = there @ np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1.0]]) @ back
    return turned


def _half_turn(ink: Numbers) -> Numbers:
    return np.array([[-1.0, 0, ink.shape[1] - 1], [0, -1.0, ink.shape[0] - 1], [0, 0, 1]])


def _fit(form: Numbers, sheet: Numbers) -> tuple[float, float, float]:
    """Give scale, shift and agreement with which a row of numbers lies best over another."""
    length = 1 << int(np.ceil(np.log2(len(form) * 1.2 + len(sheet))))
    target = np.fft.rfft(_normal(sheet), length)
    best = (1.0, 0.0, -1.0)
    for scale in _SCALES:
        stretched = np.interp(np.arange(0, len(form) * scale) / scale, np.arange(len(form)), form)
        score = np.fft.irfft(target * np.conj(np.fft.rfft(_normal(stretched), length)), length)
        shift = int(np.argmax(score))
        if score[shift] > best[2]:
            best = (float(scale), float(shift - length if shift > length // 2 else shift), float(score[shift]))
    return best


def _normal(values: Numbers) -> Numbers:
    values = values - values.mean()
    size = float(np.sqrt(np.square(values).sum()))
    return values / size if size else values


def _refined(form: Numbers, sheet: Numbers, matrix: Numbers) -> Alignment:
    """Look for small pieces of the form around where the guess puts them, and fit the map to where they are."""
    soft_form, soft_sheet = _blurred(form, 1), _blurred(sheet, 1)
    places = _telling_places(form)
    agreement = 0.0
    for reach in (REACH, 12, 8):
        pairs = [_look_for(soft_form, soft_sheet, matrix, x, y, reach) for x, y in places]
        good = [pair for pair in pairs if pair is not None and pair[4] > 0.45]
        if len(good) < 6 or len(good) < len(places) * 0.25:
            break
        points = np.array(good)
        matrix, kept = _fitted(points, tolerance=reach / 4)
        agreement = float(points[kept, 4].mean()) * float(kept.sum()) / len(places)
    return Alignment(matrix, agreement)


def _telling_places(form: Numbers) -> list[tuple[int, int]]:
    """Give the middles of pieces of the form that hold ink in both directions: corners of ruled boxes, print."""
    found: list[tuple[float, int, int]] = []
    high, wide = form.shape
    for y in range(PATCH // 2, high - PATCH // 2, PATCH):
        for x in range(PATCH // 2, wide - PATCH // 2, PATCH):
            piece = form[max(0, y - PATCH // 2) : y + PATCH // 2, max(0, x - PATCH // 2) : x + PATCH // 2]
            across, down = piece.sum(axis=0).var(), piece.sum(axis=1).var()
            if 0.01 < piece.mean() < 0.4:
                found.append((float(min(across, down)), x, y))
    found.sort(reverse=True)
    return [(x, y) for _, x, y in found[:90]]


def _look_for(
    form: Numbers, sheet: Numbers, matrix: Numbers, x: int, y: int, reach: int
) -> tuple[float, float, float, float, float] | None:
    """Give (x, y) on the form, (x, y) on the sheet and how alike the two pieces are; None outside of the sheet."""
    half = PATCH // 2
    piece = _warped(form, np.eye(3), x, y, half)
    around = _warped(sheet, matrix, x, y, half + reach)
    if piece is None or around is None:
        return None
    scores = _likeness(piece, around)
    row, column = np.unravel_index(int(np.argmax(scores)), scores.shape)
    dx, dy = float(column) - reach, float(row) - reach
    target = matrix @ np.array([x + dx, y + dy, 1.0])
    return x, y, target[0] / target[2], target[1] / target[2], float(scores[row, column])


def _warped(page: Numbers, matrix: Numbers, x: int, y: int, half: int) -> Numbers | None:
    """The square around (x, y) of the form as it lies on `page`, by nearest point."""
    columns, rows = np.meshgrid(np.arange(x - half, x + half), np.arange(y - half, y + half))
    w = matrix[2, 0] * columns + matrix[2, 1] * rows + matrix[2, 2]
    to_x = np.rint((matrix[0, 0] * columns + matrix[0, 1] * rows + matrix[0, 2]) / w).astype(int)
    to_y = np.rint((matrix[1, 0] * columns + matrix[1, 1] * rows + matrix[1, 2]) / w).astype(int)
    inside = (to_x >= 0) & (to_y >= 0) & (to_x < page.shape[1]) & (to_y < page.shape[0])
    if inside.mean() < 0.6:
        return None
    return np.where(inside, page[np.clip(to_y, 0, page.shape[0] - 1), np.clip(to_x, 0, page.shape[1] - 1)], 0.0)


def _likeness(piece: Numbers, around: Numbers) -> Numbers:
    """Normalised cross-correlation of a piece at each place of a larger one."""
    size = piece.shape[0]
    steps = around.shape[0] - size + 1
    shape = around.shape
    centred = piece - piece.mean()
    product = np.fft.irfft2(np.fft.rfft2(around) * np.conj(np.fft.rfft2(centred, shape)), shape)[:steps, :steps]
    total, squares = _sums(around, size), _sums(np.square(around), size)
    spread = np.sqrt(np.maximum(squares - total**2 / size**2, 1e-6)) * np.sqrt(np.square(centred).sum() + 1e-6)
    return np.asarray(product / spread, dtype=np.float64)


def _sums(values: Numbers, size: int) -> Numbers:
    total = np.pad(values, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    found: Numbers = total[size:, size:] - total[:-size, size:] - total[size:, :-size] + total[:-size, :-size]
    return found


def _fitted(points: Numbers, tolerance: float) -> tuple[Numbers, NDArray[np.bool_]]:
    """Fit a projective map to pairs of points, leaving out, in rounds, those that lie off it."""
    kept = np.ones(len(points), dtype=bool)
    matrix = _affine(points)
    for _ in range(5):
        off = _distances(matrix, points)
        limit = max(tolerance / 2, float(np.median(off[kept])) * 2.5)
        kept = off <= min(limit, tolerance * 2)
        if kept.sum() < 6:
            kept = off <= np.sort(off)[5]
        matrix = _projective(points[kept]) if kept.sum() >= 12 else _affine(points[kept])
    return matrix, kept


def _distances(matrix: Numbers, points: Numbers) -> Numbers:
    mapped = matrix @ np.vstack([points[:, 0], points[:, 1], np.ones(len(points))])
    off: Numbers = np.hypot(mapped[0] / mapped[2] - points[:, 2], mapped[1] / mapped[2] - points[:, 3])
    return off


def _affine(points: Numbers) -> Numbers:
    source = np.column_stack([points[:, :2], np.ones(len(points))])
    rows, *_ = np.linalg.lstsq(source, points[:, 2:4], rcond=None)
    return np.asarray(np.vstack([rows.T, [0.0, 0.0, 1.0]]), dtype=np.float64)


def _projective(points: Numbers) -> Numbers:
    """Direct linear transform on points scaled to about 1 (Hartley, Zisserman: Multiple View Geometry, 4.4)."""
    scale = np.diag([1 / 500, 1 / 500, 1.0])
    x, y, u, v = (points[:, index] / 500 for index in range(4))
    zero, one = np.zeros_like(x), np.ones_like(x)
    first = np.column_stack([x, y, one, zero, zero, zero, -u * x, -u * y])
    second = np.column_stack([zero, zero, zero, x, y, one, -v * x, -v * y])
    solved, *_ = np.linalg.lstsq(np.vstack([first, second]), np.concatenate([u, v]), rcond=None)
    matrix: Numbers = np.linalg.inv(scale) @ np.append(solved, 1.0).reshape(3, 3) @ scale
    return matrix
