"""The engine that finds and reads lines: PP-OCRv6 small by faster_paddle, loaded once a process, one thread a page.

Why this one: docs/adr."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image

from hiroba.extract.recognition.sheet import Grey

MODEL = "small"  # the wheel's default, tiny, fails on Japanese
FINDS_AT = 1_280  # pixels along the longer side: no less is found than at the wheel's 1,600, and lines are cut better


class EngineMissingError(RuntimeError):
    """The package or its models are not installed."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A stretch of writing that the engine found: its box in pixels, its text and how sure the engine is (0 … 1)."""

    x0: float
    y0: float
    x1: float
    y1: float
    text: str
    sureness: float


def read_writings(grey: Grey) -> list[Writing]:
    """Find and read all stretches of writing on a page, in no order; raises EngineMissingError."""
    return [_writing(found) for found in engine().ocr(_as_bitmap(grey))["bounds"].values()]


def _writing(found: dict[str, Any]) -> Writing:
    x0, y0 = found["topLeftCoord"]
    x1, y1 = found["bottomRightCoord"]
    return Writing(x0, y0, x1, y1, found["text"], float(found["confidence"]))


def _as_bitmap(grey: Grey) -> bytes:
    """A BMP: neither side spends time on packing."""
    target = io.BytesIO()
    Image.fromarray(grey).save(target, "BMP")
    return target.getvalue()


@cache
def engine() -> Any:
    """Give the engine with its models, loaded once; raises EngineMissingError."""
    try:
        from faster_paddle import OcrEngine  # an extra
    except ImportError as failure:
        raise EngineMissingError from failure
    return OcrEngine(MODEL, threads=1, det_max_side=FINDS_AT)
