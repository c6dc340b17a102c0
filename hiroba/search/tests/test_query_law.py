"""The law of query.py, read by a second, naive reader that has no index: both must find the same passages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hiroba.search.embedded import EmbeddedEngine
from hiroba.search.engine import Ask, Document, Reach
from hiroba.search.query import And, Filter, Node, Not, Word, parse_query

TODAY = date(2026, 11, 23)
BODIES = ("東京都の税", "京都と保育", "保育の税", "予算", "東京 予算 保育", "税", "都税、京", "")
TITLES = ("予算資料", "保育", "")
WORDS = ("税", "保育", "東京", "京都", "予算", "都税", '"東京都"')
PRINCIPALS = (("everyone",), ("unit:a",), ("unit:a", "unit:b"), ("unit:c",))
REACHES = (
    Reach(frozenset(["everyone"])),
    Reach(frozenset(["everyone", "unit:a"])),
    Reach(frozenset(["everyone", "unit:b", "unit:c"]), frozenset([3, 4])),
)


def corpus() -> Iterator[Document]:
    key = 0
    for record in range(1, 25):
        for ordinal in range(3):
            key += 1
            yield Document(
                key=key,
                record=record,
                revision=1,
                body=BODIES[(record * 5 + ordinal * 3) % len(BODIES)],
                title=TITLES[record % len(TITLES)],
                kind="pdf" if record % 2 else "word",
                principals=list(PRINCIPALS[record % len(PRINCIPALS)]),
                is_first=ordinal == 0,
            )


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    engine = EmbeddedEngine(Path(tmp_path_factory.mktemp("index")))
    writer = engine.open_writer()
    for document in corpus():
        writer.add(document)
    writer.commit(1)
    writer.close()
    return engine


def stands_in(word: Word, text: str) -> bool:
    return word.text in text.replace(" ", "")


def holds(node: Node, document: Document) -> bool:
    if isinstance(node, Word):
        return stands_in(node, document.body) or stands_in(node, document.title)
    if isinstance(node, Filter):
        return document.kind in node.values
    if isinstance(node, Not):
        return not holds(node.part, document)
    parts = [holds(part, document) for part in node.parts]
    return all(parts) if isinstance(node, And) else any(parts)


def found_by_hand(text: str, reach: Reach) -> set[int]:
    query = parse_query(text, TODAY)
    return {
        document.key
        for document in corpus()
        if query.root is not None
        and reach.principals.intersection(document.principals)
        and document.record not in reach.excluded_records
        and holds(query.root, document)
        and (document.is_first or any(stands_in(word, document.body) for word in query.words()))
    }


def expressions() -> st.SearchStrategy[str]:
    leaf = st.sampled_from([*WORDS, "種別:pdf", "種別:word"])
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda pair: f"{pair[0]} {pair[1]}"),
            st.tuples(inner, inner).map(lambda pair: f"({pair[0]} OR {pair[1]})"),
            inner.map(lambda one: f"NOT ({one})"),
            inner.map(lambda one: f"-({one})"),
        ),
        max_leaves=8,
    )


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=expressions(), reach=st.sampled_from(REACHES))
def test_index_and_law_find_the_same_passages(engine: EmbeddedEngine, text: str, reach: Reach) -> None:
    expected = found_by_hand(text, reach)
    ask = Ask(parse_query(text, TODAY), reach, limit=100)
    found = engine.search(ask)
    assert {hit.key for hit in found.hits} == expected
    assert found.total == len(expected)
    assert sum(count for _, count in engine.facets(ask).counts["kind"]) == len(expected)
