from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiroba.language.synonyms import Synonyms
from hiroba.search.query import MAX_WORDS, And, Filter, Node, Not, Or, Query, Word, parse_query, without

TODAY = date(2026, 11, 23)


def shown(node: Node | None) -> str:
    """Write a tree so that a test can read it."""
    if isinstance(node, Word):
        return f'"{node.text}"' if node.is_phrase else node.text
    if isinstance(node, Filter):
        return f"{node.name}={node.text}"
    if isinstance(node, Not):
        return f"-{shown(node.part)}"
    if isinstance(node, And | Or):
        return "(" + (" " if isinstance(node, And) else "|").join(shown(part) for part in node.parts) + ")"
    return ""


def parse(text: str) -> Query:
    return parse_query(text, TODAY)


def codes(text: str) -> list[str]:
    return [note.code for note in parse(text).notes]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("保育 予算", "(保育 予算)"),
        ("保育　予算", "(保育 予算)"),
        ("a b OR c", "((a b)|c)"),
        ("a ＯＲ b", "(a|b)"),
        ("a または b ｜ c", "(a|b|c)"),
        ("a AND b", "(a b)"),
        ("a -b", "(a -b)"),
        ("a －b", "(a -b)"),
        ("a ーb", "(a -b)"),
        ("a NOT b", "(a -b)"),
        ("-(a OR b) c", "(-(a|b) c)"),
        ("（東京 AND NOT 秘密） OR 議案", "((東京 -秘密)|議案)"),
        ('"待機 児童" 数', '("待機 児童" 数)'),
        ("「待機児童」", '"待機児童"'),
        ("“a b”", '"a b"'),
        ("種別：pdf 部署:福祉課", "(kind=pdf unit=福祉課)"),
        ('unit:"福祉 課" -kind:pdf', "(unit=福祉 課 -kind=pdf)"),
        ("サーバー", "サーバー"),
        ("https://example.jp/a", "https://example.jp/a"),
        ("NOT NOT a", "a"),
        ("-a", "-a"),
        ("a-b", "a-b"),
        ("", ""),
    ],
)
def test_what_is_typed_becomes_the_tree_of_the_law(text: str, tree: str) -> None:
    assert shown(parse(text).root) == tree
    assert parse(text).notes == ()


@pytest.mark.parametrize(
    ("text", "tree", "code"),
    [
        ('"待機児童', '"待機児童"', "closed_quote"),
        ("(a b", "(a b)", "closed_parenthesis"),
        ("a) b", "(a b)", "closed_parenthesis"),
        ("OR a", "a", "dropped_operator"),
        ("a OR", "a", "dropped_operator"),
        ("a NOT", "a", "dropped_operator"),
        ("a 種別:", "a", "dropped_operator"),
        ("a !? b", "(a b)", "dropped_mark"),
        ("期間:いつか", "period=いつか", "unknown_filter_value"),
        ("(" * 50 + "a", "a", "cut_depth"),
        ("a " * 100, "(" + " ".join(["a"] * MAX_WORDS) + ")", "cut_words"),
    ],
)
def test_what_cannot_be_read_is_repaired_and_noted(text: str, tree: str, code: str) -> None:
    assert shown(parse(text).root) == tree
    assert code in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "税" * 10_000,
        " OR ".join(f"語{number}" for number in range(1000)),
        "(" * 10_000,
        ")" * 10_000,
        '"' * 9_999,
        "-" * 10_000,
        "NOT " * 2_500,
        "種別:" * 2_500,
        "a(" * 5_000,
        ":" * 10_000,
    ],
)
def test_hostile_queries_take_bounded_time(text: str) -> None:
    began = time.perf_counter()
    query = parse(text)
    assert time.perf_counter() - began < 0.5
    assert len(query.words()) <= MAX_WORDS


@given(st.text('ab税 　()（）"「」-ーOR|NOT:：種別期間\n\ud800', max_size=60))
def test_any_query_is_understood_without_an_error(text: str) -> None:
    query = parse(text)
    shown(query.root)
    for leaf in (*query.words(), *query.filters()):
        without(query, leaf)


def test_negated_words_are_not_among_those_looked_for() -> None:
    assert [word.text for word in parse("a -b -(c -d) OR 種別:pdf").words()] == ["a", "d"]
    assert [asked.text for asked in parse("種別:pdf -種別:doc").filters()] == ["pdf"]


def test_a_word_carries_its_synonyms_and_a_phrase_does_not() -> None:
    synonyms = Synonyms(["ごみ,廃棄物"])
    assert parse_query("ごみ", TODAY, synonyms=synonyms).words()[0].synonyms == ("廃棄物",)
    assert parse_query('"ごみ"', TODAY, synonyms=synonyms).words()[0].synonyms == ()


def test_a_leaf_can_be_taken_out_to_see_what_it_was_in_the_way_of() -> None:
    query = parse("a (b OR c) 種別:pdf")
    assert shown(without(query, query.filters()[0]).root) == "(a (b|c))"
    assert shown(without(query, query.words()[1]).root) == "(a c kind=pdf)"
    only = parse("a")
    assert without(only, only.words()[0]).root is None


def test_the_office_says_what_kinds_and_units_a_value_names() -> None:
    class Office:
        def find_kinds(self, text: str) -> list[str]:
            return {"エクセル": ["sheet"]}.get(text, [])

        def find_units(self, text: str) -> list[str]:
            return ["0101", "0102"] if text == "福祉" else []

    query = parse_query("種別:エクセル 部署:福祉 部署:なし", TODAY, Office())
    assert [asked.values for asked in query.filters()] == [
        frozenset(["sheet"]),
        frozenset(["0101", "0102"]),
        frozenset(),
    ]
    assert [(note.code, note.text) for note in query.notes] == [("unknown_filter_value", "なし")]
