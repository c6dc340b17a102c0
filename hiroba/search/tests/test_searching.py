"""Search as somebody, over the real database and the real index."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings

from hiroba.archive import actions
from hiroba.archive.models import Record
from hiroba.extract.passages import Passage, Span
from hiroba.foundation.access.principals import EVERYONE
from hiroba.foundation.changes import log
from hiroba.foundation.refusal import Refusal
from hiroba.search import queries
from hiroba.search.engine import WriteFailed
from hiroba.search.indexing import catch_up, engine, open_indexer, rebuild
from hiroba.search.queries import Asked
from tests.world import World

SECTION = frozenset({"unit:0402"})


@pytest.fixture(autouse=True)
def empty_index(db: None) -> Iterator[None]:
    engine().discard()
    yield
    engine().discard()


@pytest.fixture
def find(world: World) -> Callable[..., list[str]]:
    def titles(login: str, text: str, **options: object) -> list[str]:
        results = queries.search(world.people[login], Asked(text, **options))  # type: ignore[arg-type]
        return [hits.record.title for hits in results.records]

    return titles


def total(world: World, login: str, text: str) -> int:
    return queries.search(world.people[login], Asked(text)).total


def test_a_sentence_is_found_by_whoever_may_read_it_and_by_nobody_else(
    world: World, find: Callable[..., list[str]]
) -> None:
    world.keep(world.kimura, "受付.docx", "電話は話し中が57件でした。", to="section")
    catch_up(10)
    assert find("sato", "話し中") == ["受付"]
    assert find("kondo", "話し中") == []
    assert total(world, "kondo", "話し中") == 0


def test_a_hit_in_a_row_opens_the_cell_that_holds_it(world: World) -> None:
    row = Passage(
        "集計表!A18:D18",
        "電話 | 388 | 401 | 412",
        "row",
        0,
        (
            Span(0, 2, "集計表!A18"),
            Span(5, 8, "集計表!B18"),
            Span(11, 14, "集計表!C18"),
            Span(17, 20, "集計表!D18"),
        ),
    )
    world.keep(world.kimura, "集計.xlsx", passages=(row,))
    catch_up(10)
    cell = queries.search(world.kondo, Asked("412")).records[0].passages[0]
    both = queries.search(world.kondo, Asked("電話 412")).records[0].passages[0]
    assert cell.locator == "集計表!D18"
    assert both.locator == "集計表!A18:D18"


def test_what_was_narrowed_is_gone_with_the_next_request_before_the_index_knows(
    world: World, find: Callable[..., list[str]]
) -> None:
    record = world.keep(world.kimura, "受付.docx", "電話は話し中が57件でした。").record
    catch_up(10)
    assert find("kondo", "話し中") == ["受付"]
    actions.share_record(world.kimura, record.pk, SECTION, "契約前のため")
    assert find("kondo", "話し中") == []
    assert total(world, "kondo", "話し中") == 0
    assert queries.count_facets(world.kondo, Asked("話し中")).counts["kind"] == ()
    assert queries.suggest_records(world.kondo, "受付") == []
    catch_up(10)
    assert find("sato", "話し中") == ["受付"]


def test_what_was_withdrawn_is_gone_with_the_next_request(world: World, find: Callable[..., list[str]]) -> None:
    record = world.keep(world.kimura, "受付.docx", "電話は話し中が57件でした。").record
    catch_up(10)
    actions.withdraw_record(world.kimura, record.pk)
    assert find("kimura", "話し中") == []
    catch_up(10)
    assert engine().size() == 0


def test_a_right_that_went_with_a_post_finds_nothing_any_more(world: World, find: Callable[..., list[str]]) -> None:
    world.keep(world.kimura, "受付.docx", "電話は話し中が57件でした。", to="section")
    catch_up(10)
    world.sato.posts.update(unit=world.units["0702"])
    assert find("sato", "話し中") == []


def test_no_operator_reaches_outside_what_one_may_read(world: World) -> None:
    world.keep(world.kimura, "秘密.docx", "東京の予算は秘密です。", to="section")
    world.keep(world.kimura, "予算.docx", "東京の予算です。")
    catch_up(10)
    for text in (
        "(東京 -秘密) OR 予算",
        "秘密 OR 東京",
        "NOT 電話",
        "-無い",
        "種別:文書 OR 秘密",
        "東京 OR (予算 OR 秘密)",
    ):
        results = queries.search(world.kondo, Asked(text))
        assert {hits.record.title for hits in results.records} <= {"予算"}, text
        assert results.total <= 1, text


def test_a_page_without_hits_says_nothing_of_what_one_may_not_read(world: World) -> None:
    world.keep(world.kimura, "秘密.docx", "統合計画の検討です。", to="section")
    world.keep(world.kimura, "公園.docx", "遊具の点検です。")
    catch_up(10)
    hidden = queries.explain_nothing(world.kondo, Asked("統合計画 遊具"))
    unknown = queries.explain_nothing(world.kondo, Asked("存在しない語 遊具"))
    assert [(each.count, each.without, each.near) for each in hidden] == [
        (each.count, each.without, each.near) for each in unknown
    ]


def test_the_index_goes_on_where_its_last_commit_was_and_can_be_made_anew(world: World) -> None:
    world.keep(world.kimura, "一.docx", "はじめの文です。")
    catch_up(10)
    with open_indexer() as indexer:
        indexer._write({Record.objects.get().pk})  # written, never committed: as after kill -9
    assert engine().size() == 1
    world.keep(world.kimura, "二.docx", "つぎの文です。")
    catch_up(10)
    assert engine().size() == 2
    rebuild()
    assert engine().size() == 2
    assert total(world, "kondo", "文") == 2


def test_a_damaged_index_is_said_in_words_and_made_anew(world: World, find: Callable[..., list[str]]) -> None:
    world.keep(world.kimura, "一.docx", "はじめの文です。")
    catch_up(10)
    for path in settings.INDEX_DIR.rglob("meta.json"):
        path.write_text("{ broken")
    with pytest.raises(Refusal, match="SEARCH-02"):
        find("kondo", "文")
    with open_indexer() as indexer:
        while indexer.index_once():
            pass
    assert find("kondo", "文") == ["一"]


def test_what_nothing_could_be_read_of_is_found_by_its_name(world: World, find: Callable[..., list[str]]) -> None:
    world.keep(world.kimura, "写真の一覧.png", to=frozenset({EVERYONE}), passages=())
    catch_up(10)
    assert find("kondo", "写真の一覧") == ["写真の一覧"]
    assert find("kondo", "ファイル名:一覧") == ["写真の一覧"]


def test_kinds_units_people_and_periods_narrow(world: World, find: Callable[..., list[str]]) -> None:
    world.keep(world.kimura, "一.docx", "予算の文です。")
    world.keep(world.kondo, "二.xlsx", "予算の表です。")
    catch_up(10)
    assert find("sato", "予算 種別:表") == ["二"]
    assert find("sato", "予算 部署:子育て支援課") == ["一"]
    assert find("sato", "予算 部署:こども部") == ["一"]
    assert find("sato", "予算 人:近藤") == ["二"]
    assert find("sato", "予算 期間:平成元年度") == []
    assert sorted(find("sato", "予算 期間:今年度")) == ["一", "二"]


def test_however_many_were_narrowed_before_the_index_follows_none_is_counted(world: World) -> None:
    for number in range(3):
        world.keep(world.kimura, f"{number}.txt", "話し中の件数")
    catch_up(10)
    records = list(Record.objects.order_by("pk"))
    for _ in range(2_600):  # an office that opens and narrows all day
        for record in records[:2]:
            log.record("record.opened", "record", record.pk, None)
    log.record("record.opened", "record", 999_999, None)
    actions.share_record(world.kimura, records[2].pk, SECTION, "契約前のため")
    assert total(world, "kondo", "話し中") == 0
    facets = queries.count_facets(world.kondo, Asked("話し中"))
    assert facets.records == 0
    catch_up(30)
    assert total(world, "kondo", "話し中") == 2


def test_a_full_disk_is_said_in_words_and_the_same_changes_come_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.keep(world.kimura, "受付.docx", "電話は話し中が57件でした。")
    with open_indexer() as indexer:
        with monkeypatch.context() as full:
            full.setattr(indexer.writer, "commit", _no_room)
            with pytest.raises(Refusal, match="SEARCH-05"):
                indexer.index_once()
        assert indexer.writer.cursor() == 0
    catch_up(10)
    assert total(world, "kondo", "話し中") == 1


def _no_room(cursor: int) -> None:
    raise WriteFailed("No space left on device")
