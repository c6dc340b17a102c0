from hiroba.extract.passages import Passage
from hiroba.extract.pdf_margins import told_apart


def page(number: int, *lines: tuple[int, str]) -> list[Passage]:
    return [Passage(f"page={number};box=70,{top},200,10", text) for top, text in lines]


def test_what_stands_at_the_same_place_of_most_pages_is_no_text_of_the_paper() -> None:
    passages = [
        passage
        for number in range(1, 6)
        for passage in page(number, (20, "令和8年度 報告書"), (100 + number * 50, "本文です。"), (800, f"- {number} -"))
    ]
    kinds = [passage.kind for passage in told_apart(passages)]
    assert kinds == ["header", "paragraph", "footer"] * 5


def test_two_pages_and_the_heads_of_tables_say_nothing() -> None:
    two = [*page(1, (20, "題"), (90, "一")), *page(2, (20, "題"), (90, "二"))]
    assert told_apart(two) == two
    rows = [Passage(f"page={number};box=70,20,200,10", "区分 | 件数", "row") for number in range(1, 9)]
    assert told_apart(rows) == rows
