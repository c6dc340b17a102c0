"""Photograph a sheet of paper by arithmetic: held aslant over a desk, in uneven light, with a shadow, as a JPEG."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDE, HIGH = 2448, 3264  # eight million dots, as telephones give
DESKS = ((96, 28.0), (70, 10.0), (150, 18.0), (118, 40.0))  # how bright, and how strong the grain


@dataclass(frozen=True, slots=True)
class Photograph:
    """A JPEG that does not say its scale, and `matrix`, which maps dots of the sheet (x, y, 1) to its dots."""

    content: bytes
    matrix: np.ndarray


def photograph(sheet: Image.Image, dice: random.Random, tilt: float = 1.0) -> Photograph:
    """Give a photograph of a grey sheet; `tilt` 0 holds the camera straight, 1 as people do."""
    corners = _corners(sheet.size, dice, tilt)
    into_photo = matrix_of([(0, 0), (sheet.width, 0), (sheet.width, sheet.height), (0, sheet.height)], corners)
    back = np.linalg.inv(into_photo)
    way, (wide, high) = tuple((back / back[2, 2]).ravel()[:8]), (WIDE, HIGH)
    how = (Image.Transform.PERSPECTIVE, way, Image.Resampling.BICUBIC)
    paper = np.asarray(sheet.convert("L").transform((wide, high), *how, fillcolor=255), dtype=np.float64)
    outline = Image.new("L", (wide, high))
    ImageDraw.Draw(outline).polygon(corners, fill=255)
    inside = np.asarray(outline.filter(ImageFilter.GaussianBlur(0.8)), dtype=np.float64) / 255
    whiteness = dice.uniform(0.84, 0.94)
    shown = inside * paper * whiteness + (1 - inside) * _desk(dice)
    lit = shown * _light(dice)
    noise = np.random.default_rng(dice.randrange(1 << 30)).normal(0, dice.uniform(2, 5), lit.shape)
    image = Image.fromarray((lit + noise).clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.9))
    target = io.BytesIO()
    tinted = Image.merge("RGB", (image, image, image.point(lambda dot: dot * 0.93)))
    tinted.save(target, "JPEG", quality=dice.choice((70, 80, 88)))
    return Photograph(target.getvalue(), into_photo)


def matrix_of(places: list[tuple[float, float]], onto: list[tuple[float, float]]) -> np.ndarray:
    """Give the projective map that takes four points onto four others."""
    rows, sides = [], []
    for (x, y), (u, v) in zip(places, onto, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        sides += [u, v]
    return np.append(np.linalg.solve(np.array(rows, dtype=np.float64), np.array(sides)), 1.0).reshape(3, 3)


def _corners(size: tuple[int, int], dice: random.Random, tilt: float) -> list[tuple[float, float]]:
    """Where the sheet's corners fall, from the top left clockwise: all inside the picture, with a margin."""
    scale = dice.uniform(0.74, 0.88) * min(WIDE / size[0], HIGH / size[1])
    angle = np.deg2rad(dice.uniform(-6, 6) * tilt)
    found = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        far = 1 + tilt * (dice.uniform(-0.05, 0.03) - (0.04 if y < 0 else 0))
        across, down = x * size[0] / 2 * scale * far, y * size[1] / 2 * scale * far
        u = WIDE / 2 + across * np.cos(angle) - down * np.sin(angle)
        v = HIGH / 2 + across * np.sin(angle) + down * np.cos(angle)
        found.append((float(np.clip(u, 12, WIDE - 12)), float(np.clip(v, 12, HIGH - 12))))
    return found


def _desk(dice: random.Random) -> np.ndarray:
    """A desk with its grain: stripes that waver, and blotches."""
    brightness, grain = dice.choice(DESKS)
    random_ = np.random.default_rng(dice.randrange(1 << 30))
    stripes = random_.normal(0, 1, (HIGH // 6, 24))
    soft = Image.fromarray((stripes * 40 + 128).clip(0, 255).astype(np.uint8)).resize((WIDE, HIGH), Image.BICUBIC)
    blotches = Image.fromarray(random_.integers(90, 166, (14, 10)).astype(np.uint8)).resize((WIDE, HIGH), Image.BICUBIC)
    return (
        brightness
        + (np.asarray(soft, dtype=np.float64) - 128) / 40 * grain
        + (np.asarray(blotches, dtype=np.float64) - 128) / 4
    )


def _light(dice: random.Random) -> np.ndarray:
    """Brighter on one side, and the soft shadow of whoever holds the camera."""
    angle = dice.uniform(0, 2 * np.pi)
    y, x = np.mgrid[0:HIGH, 0:WIDE]
    slope = (x / WIDE - 0.5) * np.cos(angle) + (y / HIGH - 0.5) * np.sin(angle)
    light = 0.82 + dice.uniform(0.1, 0.38) * slope
    shadow = Image.new("L", (WIDE // 8, HIGH // 8), 255)
    pen, depth = ImageDraw.Draw(shadow), int(255 * dice.uniform(0.55, 0.85))
    middle = dice.uniform(0.2, 0.8) * shadow.width
    pen.polygon(
        [(middle - 90, shadow.height), (middle - 40, shadow.height * 0.55), (middle + 40, shadow.height * 0.5),
         (middle + 120, shadow.height)], fill=depth,
    )  # fmt: skip
    soft = shadow.filter(ImageFilter.GaussianBlur(dice.uniform(4, 16))).resize((WIDE, HIGH), Image.BICUBIC)
    return light * np.asarray(soft, dtype=np.float64) / 255
