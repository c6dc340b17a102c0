"""Recordings become lines with their minute and second; silence, damage and strange files become codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hiroba.extract import files, hearing, mending, sound, speech, times, utterances
from hiroba.extract.hearing import Heard, Sure
from hiroba.extract.passages import Mark, Part, Passage
from hiroba.extract.sandbox import Sandbox
from hiroba.extract.tests.sounds import (
    SAMPLE,
    SAMPLE_SECONDS,
    noise,
    silence,
    spoken,
    together,
    write,
    write_silent_film,
)

CODECS = {
    "a.wav": "pcm_s16le",
    "a.mp3": "libmp3lame",
    "a.m4a": "aac",
    "a.flac": "flac",
    "a.ogg": "libopus",
    "a.webm": "libopus",
    "a.mkv": "aac",
    "a.mp4": "aac",
}


@pytest.mark.parametrize("name", CODECS)
def test_every_packing_gives_the_same_sound_at_the_same_time(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, spoken(), CODECS[name], picture=name.endswith(("mkv", "mp4")))
    read = files.extract(path)
    assert read.parts == (Part("transcribe", 1),), read.error
    assert float(read.facts["seconds"]) == pytest.approx(SAMPLE_SECONDS, abs=0.2)
    assert read.facts["media"] == ("video" if name.endswith(("mkv", "mp4")) else "audio")
    later, expected = sound.hear(path, 5, 9), spoken()[5 * sound.RATE : 9 * sound.RATE]
    assert _lag(later, expected) == pytest.approx(0, abs=0.1)  # AAC begins 64 ms late


def _lag(one: sound.Samples, other: sound.Samples) -> float:
    """Give by how many seconds `one` comes after `other`, where both agree best."""
    size = 1 << 18
    match = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)))
    best = int(np.argmax(match))
    return (best - size if best > size // 2 else best) / sound.RATE


def test_the_name_does_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path / "会議.txt", spoken(), "libmp3lame", packing="mp3")
    assert files.extract(path).parts == (Part("transcribe", 1),)


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ...]]:
    """Hear the sample after a minute of silence, in the confined process that strangers' files get."""
    path = write(tmp_path_factory.mktemp("heard") / "a.flac", together([silence(61), spoken(), silence(30)]), "flac")
    with Sandbox(1, 300, 3_000_000_000, slow_tool="transcribe") as sandbox:
        read = sandbox.read_part(path, Part("transcribe", 1), processor_seconds=300)
    assert read.error is None
    yield tuple(f"{passage.locator} {passage.text}" for passage in read.passages)


def test_what_is_said_is_found_with_its_minute_and_second(heard: tuple[str, ...]) -> None:
    said = next(line for line in heard if "ホースを長く" in line)
    assert said.startswith(("t=01:05", "t=01:06", "t=01:04"))
    assert any("を始めます" in line for line in heard)


def test_nothing_is_made_up_in_the_silence_around(heard: tuple[str, ...]) -> None:
    assert 2 <= len(heard) <= 5
    assert all("t=01:00" <= line[:7] <= "t=01:15" for line in heard)


def test_what_the_model_was_not_sure_of_is_marked() -> None:
    read = speech.read_part(SAMPLE, 1)
    first = read.passages[0]
    assert read.extractor == "whisper-base/1"
    # It hears 公園がかり for 公園係, and knows that it guesses.
    assert any(mark.kind == "unsure" and int(mark.value) < 50 for mark in first.marks)
    assert all(0 <= m.start < m.end <= len(p.text) for p in read.passages for m in p.marks)


@pytest.mark.parametrize("nothing", [silence(40), noise(40), noise(40, 0.3)], ids=["silence", "hiss", "roar"])
def test_silence_and_noise_say_nothing(tmp_path: Path, nothing: sound.Samples) -> None:
    read = speech.read_part(write(tmp_path / "a.wav", nothing), 1)
    assert (read.passages, read.error) == ((), None)


def test_chunks_meet_without_gap_or_overlap_where_it_is_quiet(tmp_path: Path) -> None:
    parts = [noise(294, 0.2), silence(2), noise(290, 0.2), silence(2), noise(300, 0.2)]
    path = write(tmp_path / "a.mp3", together(parts), "libmp3lame")
    read = speech.extract(path)
    assert [part.number for part in read.parts] == [1, 2, 3]
    ends = [speech._ends(path, part.number) for part in read.parts]
    assert ends[0][0] == 0
    assert ends[0][1] == ends[1][0] == pytest.approx(295, abs=1.1)
    assert ends[1][1] == ends[2][0] == pytest.approx(587, abs=1.1)


def test_six_hours_are_read_in_the_same_memory_as_six_minutes(tmp_path: Path) -> None:
    path = tmp_path / "six-hours.mp3"
    once = write(tmp_path / "once.mp3", noise(60), "libmp3lame").read_bytes()
    with path.open("wb") as file:
        for _ in range(6 * 60):
            file.write(once[once.index(b"\xff\xfb") if b"\xff\xfb" in once[:4096] else 0 :])
    with Sandbox(1, 120) as sandbox:  # the first reading has the small limits of every file
        read = sandbox.extract(path, "a.mp3")
    assert read.error is None
    assert 70 <= len(read.parts) <= 74
    assert float(read.facts["seconds"]) == pytest.approx(6 * 3600, rel=0.02)
    start, end = speech._ends(path, 70)
    assert 250 < end - start < 350
    assert len(sound.hear(path, start, start + 5)) == 5 * sound.RATE


def test_a_recording_of_no_length_and_a_film_without_sound_are_kept_with_a_word(tmp_path: Path) -> None:
    header = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0data\0\0\0\0"
    (tmp_path / "empty.wav").write_bytes(header)
    empty = files.extract(tmp_path / "empty.wav")
    assert ([w.code for w in empty.warnings], empty.parts, empty.error) == (["SPEECH-03"], (), None)
    film = speech.extract(write_silent_film(tmp_path / "film.mp4"))
    assert ([w.code for w in film.warnings], film.parts, film.error) == (["SPEECH-02"], (), None)


def test_what_is_no_recording_at_all_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"ID3\x04\0\0\0\0\0\x0a" + bytes(range(256)) * 40)
    read = files.extract(path)
    assert read.parts == ()
    assert read.error is not None or read.warnings
    broken = tmp_path / "a.mp4"
    broken.write_bytes(b"\0\0\0\x20ftypisom" + bytes(2000))
    assert files.extract(broken).error is not None


def test_a_cut_off_file_gives_what_is_there_and_says_where_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "cut.flac"
    full = write(tmp_path / "full.flac", together([spoken(), noise(60)]), "flac").read_bytes()
    path.write_bytes(full[: len(full) // 2])
    read = speech.read_part(path, 1)
    assert [warning.code for warning in read.warnings] == ["SPEECH-05"]
    assert any("ホース" in passage.text for passage in read.passages)


def test_damage_in_the_middle_leaves_the_time_of_what_follows(tmp_path: Path) -> None:
    data = bytearray(write(tmp_path / "a.mp3", together([noise(20), spoken()]), "libmp3lame").read_bytes())
    data[len(data) // 4 : len(data) // 3] = bytes(len(data) // 3 - len(data) // 4)
    path = tmp_path / "b.mp3"
    path.write_bytes(data)
    assert len(sound.hear(path, 0, 60)) > 20 * sound.RATE


def test_without_a_model_the_recording_is_kept_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HIROBA_SPEECH_MODEL", str(tmp_path / "nowhere"))
    hearing._model.cache_clear()
    try:
        read = speech.read_part(SAMPLE, 1)
        assert read.error is not None
        assert (read.error.code, read.error.params) == ("SPEECH-01", {"reason": "missing"})
        # Another engine's name: what could not be read is read when the model has come.
        assert hearing.engine() == "whisper-none/1"
        (tmp_path / "nowhere").mkdir()
        (tmp_path / "nowhere" / "model.bin").write_bytes(b"not a model")
        assert speech.read_part(SAMPLE, 1).error == replace(read.error, params={"reason": "damaged"})
    finally:
        hearing._model.cache_clear()


def _utterance(text: str, no_speech: float = 0.0, logprob: float = -0.2) -> Heard:
    return Heard(tuple(Sure(letter, 0.9, at / 10, at / 10 + 0.1) for at, letter in enumerate(text)), no_speech, logprob)


def test_the_third_same_utterance_in_a_row_is_a_loop() -> None:
    said = [_utterance(text) for text in ("はい。", "はい。", "はい。", "はい。", "では次に。", "はい。")]
    assert [each.text for each in utterances.kept(said)] == ["はい。", "はい。", "では次に。", "はい。"]


def test_a_loop_within_an_utterance_is_cut_to_one_round_and_marked() -> None:
    [(_, text, marks)] = utterances.lines_of(_utterance("それは" + "大変です" * 12))
    assert text == "それは大変です…"
    assert [(mark.start, mark.end, mark.kind) for mark in marks] == [(0, len(text), "unsure")]


def test_nobody_says_a_hundred_characters_in_a_second() -> None:
    pieces = tuple(Sure("お楽しみに、", 0.9, 39 + at / 50, 39 + at / 50) for at in range(30))
    assert list(utterances.kept([Heard(pieces, 0.7, -0.1)])) == []


def test_a_line_ends_with_its_sentence_and_at_a_pause() -> None:
    pieces = [Sure("はい。", 0.9, 0, 1), Sure("では", 0.3, 1.1, 2), Sure("次に", 0.9, 3, 4)]
    lines = list(utterances.lines_of(Heard(tuple(pieces), 0, 0)))
    assert [(at, text) for at, text, _ in lines] == [(0, "はい。"), (1.1, "では"), (3, "次に")]
    assert [(mark.start, mark.end, mark.value) for mark in lines[1][2]] == [(0, 2, "30")]


def test_thanks_for_watching_is_left_out_only_where_it_is_made_up() -> None:
    made_up = _utterance("ご視聴ありがとうございました", no_speech=0.6, logprob=-0.5)
    said = _utterance("ご清聴ありがとうございました。", no_speech=0.01, logprob=-0.1)
    assert [each.text for each in utterances.kept([made_up, said])] == ["ご清聴ありがとうございました。"]


@pytest.mark.parametrize(("seconds", "said"), [(0, "00:00"), (754.9, "12:34"), (3600, "1:00:00"), (21599, "5:59:59")])
def test_times_are_said_as_people_do(seconds: float, said: str) -> None:
    assert times.clock(seconds) == said


def test_the_offices_words_put_right_what_was_heard_and_keep_it_in_a_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "words.txt").write_text("公園係,こうえんがかり\nホース\n", encoding="utf-8")
    monkeypatch.setenv("HIROBA_WORDS", str(tmp_path / "words.txt"))
    heard = speech.read_part(SAMPLE, 1)
    found = mending.with_words(heard, mending.office_words())
    read = found.passages
    assert read[0].text.startswith("公園係")
    assert len(found.facts[mending.WORD_LIST]) == 8
    # Leaning towards words makes the model pass over a sentence here: it is heard all the same.
    assert "12" in read[-1].text and read[-1].locator == "t=00:10"
    leaned = Passage("t=00:00", "次に公園ばかりの話", marks=(Mark(1, 5, "unsure", "20"), Mark(8, 9, "unsure", "9")))
    put_right = mending.mended(leaned, mending.office_words())
    assert put_right.text == "次に公園係の話"
    assert put_right.marks == (
        Mark(1, 2, "unsure", "20"),
        Mark(2, 5, "replaced", "公園ばかり"),
        Mark(6, 7, "unsure", "9"),
    )
