"""Make a corpus of any size out of real sentences: for measuring only, nothing of it is kept in the project.

Recipe. A passage is one to eight sentences of ../shared/data (assembly minutes, city magazines and pages, retrieval
passages; each sentence once), drawn evenly, so that word frequencies stay those of the source: about 280 characters.
N passages make N/25 records of 1–49 passages. A record belongs to one of 500 units in a tree of 20
departments; 55 % of the records are for everyone, 25 % for a department, 20 % for one unit and one person. A person
has 30 principals: everyone, themself, 4 units of two branches, 24 teams. Everything follows from one seed."""

from __future__ import annotations

import hashlib
import json
import pickle
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hiroba.language.tokens import Streams, streams
from hiroba.search.engine import Document, Reach

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
UNITS, DEPARTMENTS, TEAMS = 500, 20, 400
SEED = 20261123
SUBJECTS = "予算 決算 保育 介護 道路 下水道 防災 選挙 庁舎 広報 税務 戸籍 国保 都市計画 環境 教育 文化 人事"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A real sentence with its streams, so that a corpus of any size costs one analysis of the source."""

    text: str
    streams: Streams


def sentences(cache_dir: Path) -> list[Sentence]:
    """Give every sentence of the source with its streams; analysed once and kept in `cache_dir`."""
    texts = _source_sentences()
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    kept = cache_dir / f"sentences-3-{digest}.pickle"
    if kept.exists():
        known: list[Sentence] = pickle.loads(kept.read_bytes())  # our own file
        return known
    found = [Sentence(text, streams(text)) for text in texts]
    cache_dir.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(pickle.dumps(found))
    return found


def _source_sentences() -> list[str]:
    found: dict[str, None] = {}
    for text in _source_texts():
        for piece in re.split(r"(?<=[。！？\n])", text):
            sentence = piece.strip()
            if 4 <= len(sentence) <= 400 and re.search(r"[ぁ-んァ-ヶ一-龠]", sentence):
                found.setdefault(sentence if sentence[-1] in "。！？" else sentence + "。")
    return list(found)


def _source_texts() -> Iterator[str]:
    for folder, suffixes in (("minutes", ".txt"), ("municipal_text", ".md .csv")):
        for path in sorted((DATA / folder).iterdir()):
            if path.suffix in suffixes.split():
                yield path.read_text(encoding="utf-8-sig", errors="replace")
    for path in sorted(DATA.glob("retrieval_*/passages.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield str(json.loads(line)["text"])


@dataclass(frozen=True, slots=True)
class Made:
    """A document and its streams."""

    document: Document
    streams: Streams


def make_corpus(count: int, source: list[Sentence]) -> Iterator[Made]:
    """Give `count` passages, the same each time."""
    draw = random.Random(SEED)
    key = record = 0
    while key < count:
        record += 1
        base = _record(record, draw)
        for ordinal in range(min(draw.randint(1, 49), count - key)):
            key += 1
            drawn = [source[draw.randrange(len(source))] for _ in range(draw.randint(1, 8))]
            text = "".join(sentence.text for sentence in drawn)
            yield Made(base.with_body(key, text, ordinal == 0), _joined(drawn))


def _joined(drawn: list[Sentence]) -> Streams:
    words = [word for sentence in drawn for word in sentence.streams.words]
    pairs = [pair for sentence in drawn for pair in sentence.streams.bigrams]
    triples = list(dict.fromkeys(triple for sentence in drawn for triple in sentence.streams.trigrams))
    characters = list(dict.fromkeys(one for sentence in drawn for one in sentence.streams.characters))
    return Streams(words, pairs, triples, characters)


def _record(record: int, draw: random.Random) -> Document:
    unit = draw.randrange(UNITS)
    department = unit % DEPARTMENTS
    chance = draw.random()
    if chance < 0.55:
        principals = ["everyone"]
    elif chance < 0.8:
        principals = [f"unit:d{department}"]
    else:
        principals = [f"unit:u{unit}", f"person:{draw.randrange(5000)}", f"team:{draw.randrange(TEAMS)}"]
    return Document(
        key=0,
        record=record,
        revision=record,
        body="",
        title=_title(draw),
        file=f"{record:06}.docx",
        kind=draw.choices(["word", "sheet", "pdf", "mail", "slides", "text"], [30, 25, 25, 10, 6, 4])[0],
        unit=[f"u{unit}", f"d{department}"],
        people=[f"職員{draw.randrange(5000)}"],
        principals=principals,
        day=18_000 + draw.randrange(2_500),
    )


def _title(draw: random.Random) -> str:
    year = draw.choice(["令和3年度", "令和4年度", "令和5年度", "令和6年度", "令和7年度"])
    subject = draw.choice(SUBJECTS.split())
    return f"{year} {subject}{draw.choice(['について', '説明資料', '会議録', '調査票', '実施要領', '報告書', '通知'])}"


@cache
def a_person(number: int) -> Reach:
    """Give the reach of one of the persons: 30 principals."""
    draw = random.Random(f"{SEED}-{number}")
    own, other = draw.randrange(UNITS), draw.randrange(UNITS)
    units = {f"unit:u{own}", f"unit:d{own % DEPARTMENTS}", f"unit:u{other}", f"unit:d{other % DEPARTMENTS}"}
    teams = {f"team:{team}" for team in draw.sample(range(TEAMS), 28 - len(units))}
    return Reach(frozenset({"everyone", f"person:{number}"} | units | teams))
