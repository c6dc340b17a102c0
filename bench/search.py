"""Speed, size and recall of search, beside SQLite FTS5 and PostgreSQL tsvector on the same corpus and queries.

    python -m bench.search --passages 10000 [100000 1000000] [--without-postgres] [--cache DIR] [--keep]

Peers get the same words in normal form, already cut; they look for words only (no inner words, titles or synonyms), so
they do less than Hiroba does. Every engine gives 20 hits with snippets and the exact total, within 30 principals.
Two sets of questions: ours, by which the index's layout was chosen, and one drawn from the corpus by a seed, which
nobody chose. Each size runs in a process of its own. With `--keep` what was built stays in the cache for a next run."""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from bench.corpus import SEED, Made, Sentence, a_person, make_corpus, sentences
from bench.search_peers import POSTGRES, Audiences, Fts5, Postgres, Texts, throwaway_cluster
from hiroba.language.folding import fold
from hiroba.language.synonyms import load_synonyms
from hiroba.language.tokens import Streams, streams, word_tokens
from hiroba.search.embedded import LAYOUT, EmbeddedEngine
from hiroba.search.engine import Ask, Reach
from hiroba.search.highlight import snippet
from hiroba.search.query import Query, parse_query

TODAY = date(2026, 11, 23)
QUERIES = """\
保育,選挙,税,介護保険,下水道,都市計画,防災 訓練,待機児童,子育て 支援,小学校 給食,高齢者 見守り,予算,補正予算
道路 整備,観光 振興,情報公開,生活保護,障害者 雇用,農業 後継者,地球温暖化,学校 いじめ 対策,災害 避難所 備蓄
地域 公共交通 バス,市民 協働,財政 健全化,国民健康保険,港湾,図書館,公園 管理,住宅 耐震,ごみ 減量,水道料金
救急 医療 体制,男女共同参画,外国人 観光客,中小企業 支援,空き家,"予算特別委員会",議案 OR 請願,保育 -待機
（福祉 OR 介護） 人材,市長 答弁,令和2年度 予算,新型コロナウイルス,教育委員会,引っ越し,職員 採用,人口減少
スポーツ,文化財
"""
SHORT_WORDS = """\
選挙,保育,税,道,水,医,雪,港,農,犬,予算,議会,都議,市民,福祉,介護,防災,教育,学校,給食,図書,公園,道路,下水,住宅
観光,商業,雇用,財政,条例,請願,陳情,委員,会議,職員,人事,庁舎,広報,統計,交通,鉄道,空港,環境,ごみ,緑地,河川,地震
消防,救急,子ども
"""
ROUNDS = 4  # each query as four persons


DRAWN = 60
CONTENT = re.compile(r"[一-龠々ァ-ヶー]{2,8}")


def drawn_queries(source: list[Sentence]) -> list[str]:
    """Draw questions from the corpus itself: one, two or three words that stand in one sentence; each fourth a phrase
    or a choice. Frequent words come as often as they are written."""
    draw = random.Random(f"queries-{SEED}")
    found: list[str] = []
    while len(found) < DRAWN:
        text = source[draw.randrange(len(source))].text
        words = list(
            dict.fromkeys(text[t.start : t.end] for t in word_tokens(text) if CONTENT.fullmatch(text[t.start : t.end]))
        )
        count = 1 + len(found) % 3
        if len(words) < count:
            continue
        chosen = draw.sample(words, count)
        phrase = count == 1 and len(found) % 4 == 0
        found.append(
            f'"{chosen[0]}"' if phrase else (" OR " if count == 2 and len(found) % 4 == 1 else " ").join(chosen)
        )
    return found


def listed(text: str) -> list[str]:
    """Give what stands between the commas."""
    return text.replace("\n", ",").strip(",").split(",")


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one kind of call."""

    p50: float
    p95: float
    cpu: float


Clock = Callable[[], float]


def timed(calls: list[Callable[[], object]], cpu_clock: Clock = time.process_time) -> Timing:
    """Time each call, after one round to warm up."""
    for call in calls:
        call()
    took: list[float] = []
    began_cpu = cpu_clock()
    for call in calls:
        began = time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1000)
    cpu = (cpu_clock() - began_cpu) * 1000 / len(calls)
    return Timing(statistics.median(took), statistics.quantiles(took, n=20)[18], cpu)


def megabytes(path: Path) -> float:
    """Give the size of a file, or of all files below a directory."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def built(target: Path, build: Callable[[], float]) -> float:
    """Give the CPU seconds that building `target` took: now, or in the run that kept it."""
    note = target.with_name(f"{target.name}.built")
    if not note.exists():
        note.write_text(json.dumps(build()))
    return float(json.loads(note.read_text()))


class Hiroba:
    """The embedded engine over the corpus; texts stay outside, as in an office."""

    def __init__(self, directory: Path, corpus: Iterator[Made]) -> None:
        self.directory = directory
        self._known: dict[str, Streams] = {}
        self.engine = EmbeddedEngine(directory, self._analyse)
        self._synonyms = load_synonyms()
        self.build_cpu = built(directory, lambda: self._build(corpus))

    def _build(self, corpus: Iterator[Made]) -> float:
        began = time.process_time()
        writer = self.engine.open_writer()
        for number, made in enumerate(corpus, 1):
            self._known = {made.document.body: made.streams}
            writer.add(made.document)
            if number % 20_000 == 0:
                writer.commit(number)
        writer.commit(number)
        writer.close()
        return time.process_time() - began

    def _analyse(self, text: str) -> Streams:
        return self._known.get(text) or streams(text)

    def query(self, text: str) -> Query:
        """Understand a query as the page does."""
        return parse_query(text, TODAY, synonyms=self._synonyms)

    def search(self, text: str, reach: Reach, texts: Texts) -> int:
        """Search as the page does: hits, exact total, the snippet of each record's best passage."""
        query = self.query(text)
        found = self.engine.search(Ask(query, reach))
        best = {hit.record: hit.key for hit in reversed(found.hits)}
        for body in texts.of(list(best.values())):
            snippet(body, query)
        return found.total


def assert_recall(hiroba: Hiroba, texts: Texts) -> int:
    """Compare 50 words of one and two characters with a substring oracle; give how many places they have."""
    everyone = Reach(frozenset({"all-of-the-corpus"}) | _all_principals(hiroba))
    folded = [(key, fold(text)) for key, _, text in texts.all()]
    places = 0
    for word in listed(SHORT_WORDS):
        expected = sum(word in text for _, text in folded)
        query = parse_query(f'"{word}"', TODAY)
        titles = hiroba.engine.search(Ask(query, everyone)).total
        assert titles >= expected, f"{word}: {titles} of {expected}"
        places += expected
    return places


def _all_principals(hiroba: Hiroba) -> frozenset[str]:
    units = {f"unit:{kind}{number}" for kind in "ud" for number in range(500)}
    return frozenset({"everyone"} | units)


WRITER = """
import sys, time
from hiroba.search.embedded import EmbeddedEngine
from hiroba.search.engine import Document
writer = EmbeddedEngine(sys.argv[1]).open_writer()
for line in sys.stdin:
    number = int(line)
    writer.delete_records({900_000_000 + number})
    writer.add(Document(900_000_000 + number, 900_000_000 + number, 1, f"記録{number}号の検索",
                        principals=["everyone"], is_first=True))
    writer.commit(number)
    print(number, flush=True)
"""


def saved_to_findable(hiroba: Hiroba, times: int = 40) -> Timing:
    """Give the time from handing a passage to a writer in another process until a search here finds it."""
    command = [sys.executable, "-c", WRITER, str(hiroba.directory)]
    reach = a_person(1)
    took: list[float] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        for number in range(1, times + 1):
            began = time.perf_counter()
            process.stdin.write(f"{number}\n")
            process.stdin.flush()
            ask = Ask(parse_query(f'"記録{number}号の検索"', TODAY), reach)
            while not hiroba.engine.search(ask).total:
                time.sleep(0.002)
            if number > 2:  # the first waits for the dictionary
                took.append((time.perf_counter() - began) * 1000)
        process.stdin.close()
    return Timing(statistics.median(took), statistics.quantiles(took, n=20)[18], 0)


@dataclass
class Row:
    """One line of the table."""

    name: str
    passages: int
    build_cpu: float
    size: float
    timing: Timing
    memory: float = 0.0

    def line(self, ours: Timing) -> str:
        """Give the line, with how many times our CPU the peer needs."""
        cells = [self.name, f"{self.passages:,}", f"{self.build_cpu:.0f}", f"{self.size:.0f}"]
        cells += [f"{self.timing.p50:.1f}", f"{self.timing.p95:.1f}", f"{self.timing.cpu:.2f}"]
        cells += [f"{self.timing.cpu / ours.cpu:.1f}×", f"{self.memory:.0f}" if self.memory else "—"]
        return "| " + " | ".join(cells) + " |"


HEAD = (
    "| what | passages | build CPU s | MB on disk | p50 ms | p95 ms | CPU ms | CPU ratio | RSS MB |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)
Asked = list[tuple[str, Reach]]


def measure(count: int, directory: Path, cache: Path, with_postgres: bool) -> None:
    """Build every engine over `count` passages, ask the same questions, and print the lines of the table."""
    source = sentences(cache)
    corpus = partial(make_corpus, count, source)
    texts = Texts(directory / "texts.db", corpus)
    before = _resident()
    hiroba = Hiroba(directory / "index", corpus())
    ours, drawn = _as_persons(listed(QUERIES)), _as_persons(drawn_queries(source))
    timings = {
        name: timed([partial(hiroba.search, *asked, texts) for asked in each]) for name, each in _sets(ours, drawn)
    }
    memory = _resident() - before
    rows = [
        Row(f"Hiroba: hits, total, snippets{name}", count, hiroba.build_cpu, megabytes(hiroba.directory), each, memory)
        for name, each in timings.items()
    ]
    for name, asked in _sets(ours, drawn):
        asks = [Ask(hiroba.query(text), reach) for text, reach in asked]
        rows.append(Row(f"Hiroba: facets{name}", count, 0, 0, timed([partial(hiroba.engine.facets, a) for a in asks])))
    rows.append(Row("Hiroba: saved → findable", count, 0, 0, saved_to_findable(hiroba)))
    print(*(row.line(timings[""]) for row in rows), sep="\n", flush=True)
    for row in _peers(count, directory, with_postgres, corpus, (ours, drawn)):
        print(row.line(timings[DRAWN_SET if row.name.endswith(DRAWN_SET) else ""]), flush=True)
    places = assert_recall(hiroba, texts)
    words = len(listed(SHORT_WORDS))
    print(f"Recall of {words} words of one and two characters, {places:,} places: 1.00", file=sys.stderr, flush=True)


DRAWN_SET = " (drawn)"


def _sets(ours: Asked, drawn: Asked) -> list[tuple[str, Asked]]:
    return [("", ours), (DRAWN_SET, drawn)]


def _as_persons(queries: list[str]) -> Asked:
    return [(text, a_person(number)) for number in range(ROUNDS) for text in queries]


def _peers(
    count: int, directory: Path, with_postgres: bool, corpus: Callable[[], Iterator[Made]], sets: tuple[Asked, Asked]
) -> Iterator[Row]:
    plain = [(name, [(parse_query(text, TODAY), reach) for text, reach in each]) for name, each in _sets(*sets)]
    fts5 = Fts5(directory / "fts5.db", corpus, Audiences())
    for name, asked in plain:
        timing = timed([partial(fts5.search, query, reach) for query, reach in asked])
        yield Row(fts5.name + name, count, fts5.build_cpu, megabytes(fts5.file), timing)
    if with_postgres:
        with tempfile.TemporaryDirectory(dir=directory) as own, throwaway_cluster(Path(own) / "postgres") as connection:
            postgres = Postgres(connection, corpus(), Audiences())
            for name, asked in plain:
                timing = timed([partial(postgres.search, query, reach) for query, reach in asked], postgres.cpu)
                yield Row(postgres.name + name, count, postgres.build_cpu, postgres.megabytes(), timing)


def _resident() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main() -> None:
    """Read the command line and measure each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, nargs="+", default=[20_000])
    parser.add_argument("--without-postgres", action="store_true")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "hiroba-bench")
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--keep", action="store_true", help="leave what was built in the cache, and use what is there")
    options = parser.parse_args()
    if len(options.passages) > 1:
        print(HEAD, flush=True)
        rest = [each for each in sys.argv[1:] if not each.isdigit()]
        for count in options.passages:
            at = rest.index("--passages") + 1
            subprocess.run(
                [sys.executable, "-m", "bench.search", *rest[:at], str(count), *rest[at:], "--bare"], check=True
            )
        return
    count = options.passages[0]
    if not options.bare:
        print(HEAD, flush=True)
    options.cache.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        kept = options.cache / f"layout-{LAYOUT}-{SEED}-{count}"
        if options.keep:
            kept.mkdir(exist_ok=True)
        else:
            kept = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hiroba-bench-", dir=options.cache)))
        measure(count, kept, options.cache, POSTGRES.exists() and not options.without_postgres)


if __name__ == "__main__":
    main()
