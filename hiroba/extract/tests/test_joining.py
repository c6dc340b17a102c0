from __future__ import annotations

from hiroba.extract.joining import join
from hiroba.extract.passages import Extraction, Part, Passage, Trouble


def read(page: int, *texts: str) -> Extraction:
    found = tuple(Passage(f"page={page};box={n},0,9,9", text) for n, text in enumerate(texts))
    return Extraction(found, extractor="recognition/1")


def paper(*numbers: int) -> tuple[Part, ...]:
    return tuple(Part("recognise", number) for number in numbers)


def test_recognised_pages_stand_between_those_that_have_text_of_their_own() -> None:
    own = tuple(Passage(f"page={page};box=1,1,1,1", f"{page}ページの文") for page in (1, 3))
    told = Trouble("EXTRACT-11", {"pages": "2,4", "count": 2})
    first = Extraction(own, (told,), title="題", extractor="pdf/1", parts=paper(2, 4))
    whole = join(first, {Part("recognise", 4): read(4, "四"), Part("recognise", 2): read(2, "二", "二の二")})
    assert [each.text for each in whole.passages] == ["1ページの文", "二", "二の二", "3ページの文", "四"]
    assert (whole.warnings, whole.parts, whole.extractor, whole.title) == ((), (), "pdf/1+recognition/1", "題")


def test_the_recognised_text_of_a_page_stands_for_its_garbled_one_and_notes_stay() -> None:
    own = (Passage("page=1;box=1,1,1,1", "¥&%"), Passage("page=1;box=2,2,2,2", "付せん", "comment"))
    first = Extraction(own, extractor="pdf/1", parts=paper(1))
    whole = join(first, {Part("recognise", 1): read(1, "正しい文")})
    assert [each.text for each in whole.passages] == ["付せん", "正しい文"]


def test_a_page_on_which_nothing_was_recognised_keeps_what_it_had() -> None:
    first = Extraction((Passage("page=1;box=1,1,1,1", "- 1 -"),), extractor="pdf/1", parts=paper(1))
    assert [each.text for each in join(first, {Part("recognise", 1): read(1)}).passages] == ["- 1 -"]


def test_pages_that_failed_and_pages_nobody_read_are_told_apart() -> None:
    first = Extraction(extractor="picture/1", parts=paper(1, 2, 3, 4, 5))
    slow = Extraction(error=Trouble("EXTRACT-05", {"seconds": 120}))
    whole = join(first, {Part("recognise", 1): read(1, "文"), Part("recognise", 2): slow, Part("recognise", 3): slow})
    assert whole.warnings == (
        Trouble("PART-01", {"pages": "2-3", "count": 2}),
        Trouble("PART-02", {"pages": "4-5", "count": 2}),
    )
    assert whole.parts == paper(4, 5)
    assert whole.error is None


def test_where_every_page_failed_the_file_says_why() -> None:
    first = Extraction(extractor="picture/1", parts=paper(1))
    trouble = Trouble("PAPER-04")
    assert join(first, {Part("recognise", 1): Extraction(error=trouble)}).error == trouble


def test_chunks_of_a_recording_stand_in_their_order() -> None:
    parts = (Part("transcribe", 1), Part("transcribe", 2))
    heard = {part: Extraction((Passage(f"t=0:{part.number}0", f"{part.number}番目"),)) for part in reversed(parts)}
    assert [each.text for each in join(Extraction(parts=parts), heard).passages] == ["1番目", "2番目"]
    assert join(Extraction(parts=parts), {}).warnings == (Trouble("PART-04", {"chunks": "1-2", "count": 2}),)
