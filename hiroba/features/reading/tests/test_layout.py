from __future__ import annotations

from hiroba.archive.models import Passage
from hiroba.features.reading.layout import arrange, pieces_of


def passage(locator: str, text: str, kind: str = "paragraph", **more: object) -> Passage:
    return Passage(ordinal=0, locator=locator, text=text, kind=kind, **more)  # type: ignore[misc]


def test_rows_of_a_sheet_become_a_grid_with_the_cited_cell_marked() -> None:
    rows = [
        passage("表!A1:C1", "受け方 | 10月", "row", spans=[[0, 3, "表!A1"], [6, 9, "表!C1"]]),
        passage("表!A2:C2", "電話 | 412", "row", spans=[[0, 2, "表!A2"], [5, 8, "表!C2"]]),
    ]
    (group,) = arrange(rows, "表!C2")
    assert (group.name, group.shape, group.columns) == ("表", "grid", ("A", "C"))
    assert [[cell.text if cell else None for cell in row.cells] for row in group.rows] == [
        ["受け方", "10月"],
        ["電話", "412"],
    ]
    assert [cell.is_here for row in group.rows for cell in row.cells if cell] == [False, False, False, True]
    assert [row.is_here for row in group.rows] == [False, True]


def test_pages_slides_and_paragraphs_are_grouped_in_their_order() -> None:
    groups = arrange(
        [
            passage("page=1;box=10,20,100,12", "一"),
            passage("page=1;box=10,40,100,12", "二"),
            passage("slide=3", "三"),
            passage("par=1", "四"),
        ],
        "page=1;box=10,40,100,12",
    )
    assert [(group.shape, group.page, len(group.blocks)) for group in groups] == [
        ("page", 1, 2),
        ("slide", 0, 1),
        ("flow", 0, 1),
    ]
    assert groups[0].box == (10, 40, 100, 12)
    assert [block.is_here for block in groups[0].blocks] == [False, True]


def test_marks_cut_a_text_and_overlapping_ones_never_lose_a_character() -> None:
    marked = passage(
        "par=1",
        "受付は412件",
        marks=[[0, 2, "ruby", "うけつけ"], [1, 4, "inserted", ""], [3, 6, "deleted", ""], [5, 99, "hidden", ""]],
    )
    pieces = pieces_of(marked)
    assert "".join(piece.text for piece in pieces) == marked.text
    assert [(piece.text, piece.look) for piece in pieces] == [
        ("受付", "ruby"),
        ("は", ""),
        ("412", "deleted"),
        ("件", ""),
    ]


def test_a_place_that_is_gone_marks_nothing() -> None:
    (group,) = arrange([passage("par=1", "文")], "par=99")
    assert not group.blocks[0].is_here


def test_of_several_passages_at_one_place_the_one_that_was_looked_for_is_marked() -> None:
    slide = [passage("slide=1", "予約フォームの試み", "title"), passage("slide=1", "園長の話を紹介する", "note")]
    (group,) = arrange(slide, "slide=1", lambda text: "園長" in text)
    assert [block.is_here for block in group.blocks] == [False, True]
