"""The guide is tried out: what it tells people to type is understood."""

import datetime as dt
import re

import pytest

from hiroba.features.guide.pages import guide_dir
from hiroba.search.query import Filter, parse_query

TODAY = dt.date(2026, 11, 24)
ROW = re.compile(r"^\| (?!---|こう|書き方|Typing)(.+?) \|", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")


def examples(language: str) -> list[str]:
    text = (guide_dir() / language / "search.md").read_text(encoding="utf-8")
    quoted = [code for code in CODE.findall(text) if ":" in code]
    return [*ROW.findall(text), *quoted]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_example_of_searching_is_understood_without_repair(language: str) -> None:
    found = examples(language)
    assert len(found) >= 14
    for example in found:
        query = parse_query(example, TODAY)
        assert query.root is not None, example
        assert query.notes == (), (example, query.notes)
        for leaf in query.filters():
            assert leaf.name != "period" or leaf.period is not None, example


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_way_to_narrow_is_a_filter(language: str) -> None:
    names = set()
    for example in examples(language):
        names |= {leaf.name for leaf in parse_query(example, TODAY).filters() if isinstance(leaf, Filter)}
    assert names == {"kind", "unit", "person", "period", "file"}
