from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hiroba.language.synonyms import Synonyms
from hiroba.search.embedded import EmbeddedEngine
from hiroba.search.engine import Ask, Document, IndexDamaged, Reach, Writer, WriterBusy
from hiroba.search.query import Word, parse_query

TODAY = date(2026, 11, 23)
ALICE = Reach(frozenset(["everyone", "person:alice", "unit:welfare"]))
BOB = Reach(frozenset(["everyone", "person:bob"]))


def document(key: int, body: str, record: int | None = None, principals: str = "everyone", **more: object) -> Document:
    base = Document(key=key, record=record or key, revision=1, body=body, principals=principals.split())
    return replace(base, **more)  # type: ignore[arg-type]


def keys(engine: EmbeddedEngine, text: str, reach: Reach = ALICE, synonyms: Synonyms | None = None) -> list[int]:
    found = engine.search(Ask(parse_query(text, TODAY, synonyms=synonyms), reach))
    assert found.total >= len(found.hits)
    return sorted(hit.key for hit in found.hits)


@pytest.fixture
def engine(tmp_path: Path) -> EmbeddedEngine:
    return EmbeddedEngine(tmp_path)


@pytest.fixture
def writer(engine: EmbeddedEngine) -> Iterator[Writer]:
    writer = engine.open_writer()
    yield writer
    writer.close()


def put(writer: Writer, *documents: Document) -> None:
    for each in documents:
        writer.add(each)
    writer.commit(writer.cursor() + 1)


def test_a_word_is_found_inside_a_longer_one_and_in_another_writing(engine: EmbeddedEngine, writer: Writer) -> None:
    put(writer, document(1, "東京都税の減免"), document(2, "引越しの手続き"), document(3, "ｻｰﾊﾞｰの更新"))
    assert keys(engine, "税") == [1]
    assert keys(engine, "京都") == [1]
    assert keys(engine, "都税の減免") == [1]
    assert keys(engine, "引っ越し手続き") == [2]
    assert keys(engine, "サーバー") == [3]


def test_characters_set_apart_by_spaces_are_one_word_and_by_punctuation_are_not(
    engine: EmbeddedEngine, writer: Writer
) -> None:
    put(writer, document(1, "氏　名\n電 話"), document(2, "姓氏、名字"))
    assert keys(engine, "氏名") == [1]
    assert keys(engine, '"氏名"') == [1]
    assert keys(engine, "電話") == [1]


def test_a_short_latin_word_is_not_found_inside_another(engine: EmbeddedEngine, writer: Writer) -> None:
    put(writer, document(1, "AI活用の方針"), document(2, "e-mailのaim"))
    assert keys(engine, "ai") == [1]
    assert keys(engine, "ＡＩ活用") == [1]


def test_a_long_phrase_does_not_match_pieces_that_stand_apart(engine: EmbeddedEngine, writer: Writer) -> None:
    put(writer, document(1, "保育、料金"), document(2, "保育料金の改定"), document(3, "保育の料と金"))
    assert keys(engine, '"保育料金"') == [2]


def test_a_word_that_repeats_one_character_is_counted_out(engine: EmbeddedEngine, writer: Writer) -> None:
    put(writer, document(1, "あああ"), document(2, "ああああ"), document(3, "ハハハ、ハ"))
    assert keys(engine, '"ああああ"') == [2]
    assert keys(engine, '"あああ"') == [1, 2]
    assert keys(engine, '"ハハハハ"') == []


def test_a_phrase_is_found_only_as_written(engine: EmbeddedEngine, writer: Writer) -> None:
    put(writer, document(1, "引越しの届"), document(2, "引っ越しの届"))
    assert keys(engine, "引っ越し") == [1, 2]
    assert keys(engine, '"引っ越し"') == [2]
    assert keys(engine, "「引っ越しの届」") == [2]


def test_a_question_with_particles_finds_its_parts_anywhere(engine: EmbeddedEngine, writer: Writer) -> None:
    put(writer, document(1, "申込みは保育園へ。"), document(2, "保育園だより"))
    assert keys(engine, "保育園の申し込みをしたい") == [1]


def test_operators_are_the_law_of_the_query_language(engine: EmbeddedEngine, writer: Writer) -> None:
    put(writer, document(1, "保育 選挙"), document(2, "保育 税"), document(3, "選挙"))
    assert keys(engine, "保育 選挙") == [1]
    assert keys(engine, "保育 OR 選挙") == [1, 2, 3]
    assert keys(engine, "保育 または 選挙") == [1, 2, 3]
    assert keys(engine, "保育 -税") == [1]
    assert keys(engine, "保育　－税") == [1]
    assert keys(engine, "保育 税 OR 選挙") == [1, 2, 3]
    assert keys(engine, "保育 （税 ｜ 選挙）") == [1, 2]
    assert keys(engine, "-保育") == [3]
    assert keys(engine, "NOT NOT 選挙") == [1, 3]
    assert keys(engine, "") == []


@pytest.mark.parametrize(
    "text",
    [
        "(東京 AND NOT 秘密) OR 議案",
        "東京 OR 議案",
        "NOT 東京",
        "-東京 OR 東京",
        "東京 OR (-議案 OR 議案)",
        "種別:pdf OR 東京",
        "-種別:pdf",
        '"東京"',
        "東",
        "期間:1970年",
    ],
)
def test_no_expression_reaches_what_a_person_may_not_read(engine: EmbeddedEngine, writer: Writer, text: str) -> None:
    put(
        writer,
        document(1, "東京 秘密 議案", principals="unit:welfare", kind="pdf", title="東京"),
        document(2, "ほかの話 議案", principals="unit:welfare"),
    )
    query = parse_query(text, TODAY)
    assert engine.search(Ask(query, BOB)).total == 0
    assert sum(count for _, count in engine.facets(Ask(query, BOB)).counts["kind"]) == 0
    assert engine.facets(Ask(query, BOB)).records == 0
    assert engine.search(Ask(query, ALICE)).total > 0
    hidden = replace(ALICE, excluded_records=frozenset([1, 2]))
    assert engine.search(Ask(query, hidden)).total == 0


def test_suggestions_counts_and_near_words_know_only_what_a_person_may_read(
    engine: EmbeddedEngine, writer: Writer
) -> None:
    put(writer, document(1, "統廃合の検討", principals="unit:welfare", title="統廃合案"))
    assert engine.suggest("統廃", ALICE) == [1]
    assert engine.suggest("統廃", BOB) == []
    assert engine.word_count(Word("統廃合"), ALICE) == 1
    assert engine.word_count(Word("統廃合"), BOB) == 0
    assert engine.near_words("検当", ALICE) == []
    assert engine.near_words("統廃", BOB) == []


def test_a_near_word_is_offered_for_a_mistyped_one(engine: EmbeddedEngine, writer: Writer) -> None:
    put(writer, document(1, "ワクチンの接種"), document(2, "ワクチン"))
    assert engine.near_words("ワクテン", ALICE) == ["ワクチン"]


def test_a_title_finds_its_record_once_and_helps_the_words_of_each_passage(
    engine: EmbeddedEngine, writer: Writer
) -> None:
    first = document(1, "はじめに", record=9, title="予算説明資料", file="R6_予算.docx")
    put(writer, first, first.with_body(2, "水道の更新", False), first.with_body(3, "道路", False))
    assert keys(engine, "予算") == [1]
    assert keys(engine, "予算 水道") == [2]
    assert keys(engine, "水道 -予算") == []
    assert keys(engine, "ファイル名:R6") == [1]
    assert keys(engine, "ファイル名:R6 道路") == [3]


def test_filters_narrow_by_kind_unit_person_period_and_file(engine: EmbeddedEngine, writer: Writer) -> None:
    day = date(2024, 5, 1).toordinal() - date(1970, 1, 1).toordinal()
    put(
        writer,
        document(1, "会議", kind="pdf", unit=["0101", "01"], people=["山田 太郎", "yamada"], day=day, file="案.pdf"),
        document(2, "会議", kind="word", unit=["02"], people=["佐藤"], day=day + 400),
    )
    for text in ("種別:pdf", "部署：01", "人:山田太郎", "人:yamada", "期間:令和6年度", "date:R6.5.1", "file:案"):
        assert keys(engine, f"会議 {text}") == [1], text
        assert keys(engine, f"会議 -{text}") == [2], text
    assert keys(engine, "期間:存在しない日") == []
    asked = Ask(parse_query("会議", TODAY), ALICE)
    assert engine.search(replace(asked, kinds=frozenset(["word"]))).total == 1
    assert engine.search(replace(asked, years=frozenset([2024]), units=frozenset(["02"]))).total == 0


def test_facets_count_passages_by_kind_unit_and_fiscal_year(engine: EmbeddedEngine, writer: Writer) -> None:
    day = date(2026, 3, 31).toordinal() - date(1970, 1, 1).toordinal()
    put(
        writer,
        document(1, "税", record=5, kind="pdf", unit=["a", "b"], day=day),
        document(2, "税", record=5, kind="pdf", unit=["a", "b"], day=day, is_first=False),
        document(3, "税", kind="word", unit=["a"], day=day + 1),
    )
    facets = engine.facets(Ask(parse_query("税", TODAY), ALICE))
    assert facets.counts["kind"] == (("pdf", 2), ("word", 1))
    assert facets.counts["unit"] == (("a", 3), ("b", 2))
    assert facets.counts["year"] == (("2025", 2), ("2026", 1))
    assert facets.records == 2


def test_hits_are_grouped_by_record_and_pages_follow_one_another(engine: EmbeddedEngine, writer: Writer) -> None:
    put(writer, *(document(key, "税 " * (key % 7 + 1), record=key // 10 + 1) for key in range(100)))
    query = parse_query("税", TODAY)
    seen: list[int] = []
    for offset in range(0, 12, 3):
        found = engine.search(Ask(query, ALICE, limit=3, offset=offset))
        assert found.total == 100
        assert found.has_more == (offset + 3 < 10)
        seen.extend(dict.fromkeys(hit.record for hit in found.hits))
    assert sorted(seen) == list(range(1, 11))
    assert len(engine.search(Ask(query, ALICE, limit=1)).hits) == 3


def test_newest_first_where_the_order_is_by_date(engine: EmbeddedEngine, writer: Writer) -> None:
    put(writer, *(document(key, "税", day=(key * 7) % 5) for key in range(1, 6)))
    found = engine.search(Ask(parse_query("税", TODAY), ALICE, order="date"))
    assert [(hit.key * 7) % 5 for hit in found.hits] == [4, 3, 2, 1, 0]


def test_a_synonym_stands_for_the_word_that_was_typed(engine: EmbeddedEngine, writer: Writer) -> None:
    put(writer, document(1, "個人番号カードの交付"))
    assert keys(engine, "マイナンバーカード") == []
    assert keys(engine, "マイナンバーカード", synonyms=Synonyms(["マイナンバーカード,個人番号カード"])) == [1]


def test_deleting_a_record_takes_all_of_it_out_and_leaves_the_others(engine: EmbeddedEngine, writer: Writer) -> None:
    put(writer, document(1, "税", record=5), document(2, "税", record=5), document(3, "税", record=6))
    writer.delete_records({5})
    put(writer, document(4, "税", record=5))
    assert keys(engine, "税") == [3, 4]


def test_a_second_writer_is_told_that_the_first_is_busy(engine: EmbeddedEngine, writer: Writer) -> None:
    with pytest.raises(WriterBusy):
        engine.open_writer()


def test_what_was_not_committed_is_dropped_when_the_writer_closes(engine: EmbeddedEngine) -> None:
    writer = engine.open_writer()
    put(writer, document(1, "税"))
    writer.add(document(2, "税"))
    writer.close()
    assert (keys(engine, "税"), engine.cursor()) == ([1], 1)
    engine.open_writer().close()


def test_clearing_empties_the_index_and_the_cursor(engine: EmbeddedEngine, writer: Writer) -> None:
    put(writer, document(1, "税"))
    writer.clear()
    assert (keys(engine, "税"), engine.cursor()) == ([], 0)


def test_a_damaged_index_is_noticed_and_can_be_thrown_away(engine: EmbeddedEngine, tmp_path: Path) -> None:
    writer = engine.open_writer()
    put(writer, document(1, "税"))
    writer.close()
    (meta,) = tmp_path.glob("*/meta.json")
    meta.write_text("{")
    with pytest.raises(IndexDamaged):
        engine.search(Ask(parse_query("税", TODAY), ALICE))
    engine.discard()
    assert engine.cursor() == 0


def test_an_index_deleted_under_a_running_process_is_noticed(engine: EmbeddedEngine, tmp_path: Path) -> None:
    writer = engine.open_writer()
    put(writer, document(1, "税"))
    writer.close()
    for file in tmp_path.glob("*/*"):
        file.unlink()
    with pytest.raises(IndexDamaged):
        engine.cursor()
    engine.discard()
    assert engine.cursor() == 0


WRITING_PROCESS = """
import sys
from hiroba.search.embedded import EmbeddedEngine
from hiroba.search.engine import Document
writer = EmbeddedEngine(sys.argv[1]).open_writer()
cursor = writer.cursor()
print("ready", flush=True)
while True:
    cursor += 1
    for at in range(20):
        writer.add(Document(cursor * 100 + at, cursor, 1, "税の話", principals=["everyone"]))
    writer.commit(cursor)
    print(cursor, flush=True)
"""


FULL_DISK = """
import resource, signal, sys
from hiroba.search.embedded import EmbeddedEngine
from hiroba.search.engine import Document, WriteFailed
engine = EmbeddedEngine(sys.argv[1])
writer = engine.open_writer()
writer.add(Document(1, 1, 1, "税", principals=["everyone"]))
writer.commit(1)
for key in range(2, 2000):
    writer.add(Document(key, key, 1, f"税の話{key}号" * 20, principals=["everyone"]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
try:
    writer.commit(2)
except WriteFailed:
    print("failed at", engine.cursor())
writer.close()
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
writer = engine.open_writer()
writer.commit(3)
print("went on to", engine.cursor())
"""


def test_a_commit_on_a_full_disk_fails_clearly_and_leaves_the_one_before(tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout.splitlines() == ["failed at 1", "went on to 3"]
    assert keys(EmbeddedEngine(tmp_path), "税") == [1]


def start_writing(directory: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITING_PROCESS, str(directory)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_commit_of_another_process_is_seen_at_once(tmp_path: Path) -> None:
    process = start_writing(tmp_path)
    assert process.stdout is not None
    engine = EmbeddedEngine(tmp_path)
    for _ in range(5):
        written = int(process.stdout.readline())
        assert engine.cursor() >= written
        assert engine.word_count(Word("税"), ALICE) >= 20 * written
    process.kill()
    process.wait()


def test_cursor_and_passages_never_disagree_after_a_kill(tmp_path: Path) -> None:
    acknowledged = 0
    for round_ in range(3):
        process = start_writing(tmp_path)
        assert process.stdout is not None
        for _ in range(3):
            acknowledged = int(process.stdout.readline())
        time.sleep(0.003 * round_)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        engine = EmbeddedEngine(tmp_path)
        assert engine.cursor() >= acknowledged
        assert engine.word_count(Word("税"), ALICE) == 20 * engine.cursor()


def test_a_writer_over_vanished_files_closes_quietly_and_the_next_open_says_damaged(tmp_path: Path) -> None:
    index = EmbeddedEngine(tmp_path)
    writer = index.open_writer()
    writer.commit(1)
    (layout,) = tmp_path.iterdir()
    for file in layout.iterdir():
        file.unlink()
    (layout / "meta.json").write_text("{")
    writer.close()
    with pytest.raises(IndexDamaged):
        index.require_sound()
    index.discard()
