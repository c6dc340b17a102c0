"""The sound of a recording, whatever it is packed in: how long it is, and any stretch of it as samples.

Decoded by PyAV (FFmpeg's libraries). Only the stretch asked for is in memory: 6 hours cost no more than 6 minutes."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.container import InputContainer

RATE = 16_000  # samples a second, what the speech model hears
Samples = np.ndarray[tuple[int], np.dtype[np.float32]]
# Formats whose header says little about their length: FFmpeg guesses from the bit rate, and guesses wrong.
_GUESSED = {"mp3", "aac", "mpegts", "mpeg", "amr", "ac3"}
_COUNTING = 12.0  # seconds at most
_DRIFT = 0.25  # seconds by which a frame's time may differ from the samples counted
_LEAD = 2.0  # seconds decoded before a stretch: codecs need a run-up after a jump


@dataclass(frozen=True, slots=True)
class Recording:
    """What the file says of itself. `seconds` is 0 where there is no sound; `has_picture` tells video from audio."""

    seconds: float
    has_sound: bool
    has_picture: bool
    recorded_at: str = ""  # ISO, where the recorder wrote it
    packing: str = ""  # FFmpeg's name of the container: "wav", "mov,mp4,m4a,3gp,3g2,mj2" …


class UnplayableError(Exception):
    """No part of it can be opened as a recording."""


def open_recording(path: Path) -> InputContainer:
    """Open a file by what it holds, not by its name; UnplayableError when it is no recording."""
    try:
        return av.open(str(path), mode="r", metadata_errors="ignore")
    except (av.FFmpegError, ValueError) as failure:
        raise UnplayableError from failure


def measure(path: Path) -> Recording:
    """Say how long a recording is. Its packets are counted, without decoding, where its header cannot be trusted."""
    status = path.stat()
    return _measure(path, status.st_ino, status.st_size)


@lru_cache(maxsize=8)
def _measure(path: Path, _inode: int, _size: int) -> Recording:
    """Each chunk asks again, and 6 hours of MP3 take 4 seconds to count."""
    with open_recording(path) as container:
        pictures = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
        about = (bool(pictures), _recorded_at(container), container.format.name)
        if not container.streams.audio:
            return Recording(0.0, False, *about)
        trusted = container.duration and not _GUESSED & set(container.format.name.split(","))
        said = (container.duration or 0) / av.time_base
        seconds = said if trusted else _counted(container, said)
        return Recording(max(0.0, seconds), True, *about)


def _counted(container: InputContainer, said: float) -> float:
    """Give the end of the last packet of sound that can be read; what is said of it where counting takes too long."""
    end, until = 0.0, time.monotonic() + _COUNTING
    try:
        for packet in container.demux(container.streams.audio[0]):
            if packet.pts is not None and packet.time_base is not None:
                end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            if time.monotonic() > until:
                return max(said, end)
    except av.FFmpegError:  # a cut-off file ends here
        pass
    return end - _beginning(container)


def _recorded_at(container: InputContainer) -> str:
    said = container.metadata.get("creation_time", "")
    try:
        return dt.datetime.fromisoformat(said).isoformat() if said else ""
    except ValueError:
        return ""


def _beginning(container: InputContainer) -> float:
    """Give the time that a player calls 0:00."""
    return (container.start_time or 0) / av.time_base


def hear(path: Path, start: float, end: float) -> Samples:
    """Give the sound from `start` to `end` (seconds): one channel, RATE samples a second, −1 … 1.

    Damaged frames are silence as long as they last, so that what follows keeps its time. Shorter than asked where the
    recording ends, or cannot be read any further."""
    first, wanted = round(start * RATE), round((end - start) * RATE)
    pieces: list[Samples] = []
    have = 0
    with open_recording(path) as container:
        for at, samples in _stretches(container, start) if container.streams.audio else ():
            position = at - first
            if position > have:
                pieces.append(np.zeros(min(position, wanted) - have, np.float32))
                have = min(position, wanted)
            piece = samples[have - position : wanted - position]
            pieces.append(piece)
            have += len(piece)
            if have >= wanted:
                break
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def _stretches(container: InputContainer, start: float) -> Iterator[tuple[int, Samples]]:
    """Give decoded pieces, each with the number of its first sample, counted from the recording's beginning."""
    beginning = _beginning(container)
    if start > _LEAD:
        _jump(container, start - _LEAD + beginning)
    resampler = AudioResampler(format="flt", layout="mono", rate=RATE)
    clock: int | None = None
    for frame in _frames(container):
        said = None if frame.time is None else round((frame.time - beginning) * RATE)
        if clock is None or (said is not None and abs(said - clock) > _DRIFT * RATE):
            clock = said or 0  # times are believed where they jump; in between the samples count
        frame.pts = None
        for piece in resampler.resample(frame):
            samples = piece.to_ndarray()[0]
            yield clock, samples
            clock += len(samples)


def _jump(container: InputContainer, at: float) -> None:
    try:
        container.seek(int(at * av.time_base))
    except av.FFmpegError:  # this one cannot jump: it is read from where it stands, and what is early passed over
        return


def _frames(container: InputContainer) -> Iterator[av.AudioFrame]:
    """Give frames; what is damaged is left out, and the end is where nothing more can be read."""
    stream = container.streams.audio[0]
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.FFmpegError):
            return
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue


def quietest(samples: Samples, width: float = 0.4) -> float:
    """Give the middle (seconds) of the quietest stretch of `width` seconds: where a recording may be cut."""
    size = int(width * RATE)
    if len(samples) <= size:
        return len(samples) / RATE / 2
    power = np.concatenate(([0.0], np.cumsum(samples.astype(np.float64) ** 2)))
    loudness = power[size:] - power[:-size]
    return (int(np.argmin(loudness)) + size / 2) / RATE
