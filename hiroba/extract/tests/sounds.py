"""Recordings that the tests make: the spoken sample, silence and noise, in any packing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np

from hiroba.extract.sound import RATE, Samples, hear

SAMPLE = Path(__file__).parent / "recordings" / "meeting.ogg"
SAMPLE_SECONDS = 13.7


def spoken() -> Samples:
    """Give the sample: three sentences, 13.7 seconds."""
    return hear(SAMPLE, 0, 60)


def silence(seconds: float) -> Samples:
    """Give nothing at all."""
    return np.zeros(round(seconds * RATE), np.float32)


def noise(seconds: float, loudness: float = 0.05) -> Samples:
    """Give the hiss of an empty room."""
    return (np.random.default_rng(3).standard_normal(round(seconds * RATE)) * loudness).astype(np.float32)


def write(path: Path, samples: Samples, codec: str = "pcm_s16le", picture: bool = False, packing: str = "") -> Path:
    """Pack samples as the end of the path's name says, or as `packing`."""
    with av.open(str(path), "w", format=packing or None) as container:
        stream = container.add_stream(codec, rate=48000 if codec == "libopus" else RATE)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        if picture:
            _draw(container, len(samples) / RATE)
        whole = (samples * 32767).clip(-32768, 32767).astype(np.int16)
        for start in range(0, len(whole), RATE):
            frame = av.AudioFrame.from_ndarray(whole[start : start + RATE].reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate = RATE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_silent_film(path: Path, seconds: float = 2) -> Path:
    """Write a video without sound."""
    with av.open(str(path), "w") as container:
        _draw(container, seconds)
    return path


def _draw(container: av.container.OutputContainer, seconds: float) -> None:
    stream = container.add_stream("mpeg4", rate=5)
    assert isinstance(stream, av.VideoStream)
    stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
    for number in range(max(1, round(seconds * 5))):
        picture = np.full((48, 64, 3), number % 200, np.uint8)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
    container.mux(stream.encode(None))


def together(pieces: Iterable[Samples]) -> Samples:
    """Put sounds one after the other."""
    return np.concatenate(list(pieces))
