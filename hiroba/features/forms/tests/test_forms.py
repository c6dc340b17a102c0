"""Forms on the screen and in the worker: described once, found again, read, asked, exported; only as far as one may."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from hiroba.archive import gate
from hiroba.archive.arrivals import Arrival, keep_arrival
from hiroba.archive.kinds import kind_of
from hiroba.archive.models import Record, Revision
from hiroba.archive.originals import add_original, store_bytes
from hiroba.extract import files
from hiroba.extract.form_places import Choice, Field
from hiroba.features.forms import actions, queries
from hiroba.features.forms.export import as_csv, as_workbook, harmless, table_visible_to
from hiroba.features.forms.forms import Line, fields_from, lines_of
from hiroba.features.forms.models import FieldValue, FilledSheet, Form, SheetState
from hiroba.features.forms.reading import likeness, work_on_forms
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import of_person, of_unit
from hiroba.foundation.changes import log
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from tests.world import World

SECTION = frozenset({of_unit("0402")})
FIELDS = [
    Field("氏名", "text", "申込書!C2:J2"),
    Field("申込日", "date", "申込書!C3"),
    Field("金額", "number", "申込書!C4"),
    Field("区分", "choice", "申込書!C5", (Choice("新規"), Choice("継続"))),
]
LABELS = ["一時保育 利用申込書", "保護者の氏名", "申し込んだ日", "利用料の金額", "利用の区分"]


def workbook(folder: Path, *values: str) -> Path:
    """Write the form, filled in or empty; the name goes into cells of one letter each."""
    book = Workbook()
    sheet = book.active
    sheet.title = "申込書"
    for row, label in enumerate(LABELS, start=1):
        sheet.cell(row, 1).value = label
    for column in range(3, 11):
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = 2.5
    for column, letter in enumerate(values[0] if values else "", start=3):
        sheet.cell(2, column).value = letter
    for row, value in enumerate(values[1:], start=3):
        sheet.cell(row, 3).value = value
    path = folder / f"{'-'.join(values) or '様式'}.xlsx".replace("/", "")[-60:]
    book.save(path)
    return path


def keep(world: World, owner: Person, path: Path, principals: frozenset[str] = SECTION) -> Record:
    """Bring a real file in as the intake line does."""
    extraction = files.extract(path)
    stored = store_bytes([path.read_bytes()])
    arrival = Arrival(
        source="test",
        external_key=path.name,
        file_name=path.name,
        kind=kind_of(path.name),
        title=path.stem,
        original=add_original(stored, path.name),
        extraction=extraction,
        owner=owner,
        principals=principals,
        dated_at=timezone.now(),
        unit=world.units["0402"],
    )
    return keep_arrival(arrival, gate.examine(extraction)).record


@pytest.fixture
def form(world: World, tmp_path: Path) -> Form:
    blank = keep(world, world.sato, workbook(tmp_path))
    form = actions.add_form(world.sato, blank.pk, "利用申込書")
    return actions.describe_form(world.sato, form.pk, FIELDS)


def work() -> None:
    while work_on_forms():
        pass


def values_of(sheet: FilledSheet) -> dict[str, tuple[str, str]]:
    rows = FieldValue.objects.filter(sheet=sheet).select_related("field")
    return {row.field.name: (row.value, row.question) for row in rows}


def test_a_later_sheet_is_found_and_read_by_itself(world: World, form: Form, tmp_path: Path) -> None:
    record = keep(world, world.kimura, workbook(tmp_path, "木村直美", "令和8年11月23日", "￥1,200円", "○継続"))
    other = Workbook()
    other.active.append(["一時保育", "月例報告", "保護者の声"])
    other.save(tmp_path / "報告.xlsx")
    keep(world, world.kimura, tmp_path / "報告.xlsx")
    work()
    (sheet,) = FilledSheet.objects.all()
    assert (sheet.record_id, sheet.state) == (record.pk, SheetState.DONE)
    assert values_of(sheet) == {
        "氏名": ("木村直美", ""),
        "申込日": ("2026-11-23", ""),
        "金額": ("1200", ""),
        "区分": ("継続", ""),
    }


def test_a_sheet_that_is_held_before_its_turn_is_not_read(world: World, form: Form, tmp_path: Path) -> None:
    record = keep(world, world.kimura, workbook(tmp_path, "木村直美", "令和8年11月23日", "￥1,200円", "○継続"))
    work()
    FieldValue.objects.all().delete()
    Revision.objects.filter(record=record).update(gate_code=gate.MY_NUMBER)
    FilledSheet.objects.update(state=SheetState.READING, tries=0)
    work()
    (sheet,) = FilledSheet.objects.all()
    assert (sheet.state, sheet.code, values_of(sheet)) == (SheetState.FAILED, gate.MY_NUMBER, {})


def test_the_empty_form_is_no_sheet_of_itself(form: Form) -> None:
    work()
    assert not FilledSheet.objects.exists()


def test_a_form_of_a_section_is_not_looked_for_elsewhere(world: World, form: Form, tmp_path: Path) -> None:
    record = keep(world, world.kondo, workbook(tmp_path, "近藤学"), frozenset({of_unit("0702")}))
    Record.objects.filter(pk=record.pk).update(unit=world.units["0702"])
    work()
    assert not FilledSheet.objects.exists()


def test_what_is_not_of_its_kind_is_asked_and_answered(world: World, form: Form, tmp_path: Path) -> None:
    keep(world, world.kimura, workbook(tmp_path, "木村直美", "十一月ごろ", "三千円くらい", "新規・継続"))
    work()
    sheet = FilledSheet.objects.get()
    assert sheet.state == SheetState.ASKING
    questions = queries.questions_visible_to(world.kimura, form)
    assert [(value.field.name, value.question) for value in questions] == [
        ("申込日", "FORM-02"),
        ("金額", "FORM-02"),
        ("区分", "FORM-03"),
    ]
    with pytest.raises(Refusal, match="FORM-02"):
        actions.answer_questions(world.kimura, sheet.pk, {questions[1].field_id: "三千円"})
    for text in ("1234 5678 9018", "個人番号は123456789018"):
        with pytest.raises(Refusal, match="GATE-01"):
            actions.answer_questions(world.kimura, sheet.pk, {form.fields.get(name="氏名").pk: text})
    answers = dict(zip([value.field_id for value in questions], ["R8.11.23", "3,000円", "新規"], strict=True))
    actions.answer_questions(world.kimura, sheet.pk, answers)
    sheet.refresh_from_db()
    assert sheet.state == SheetState.DONE
    assert values_of(sheet)["申込日"] == ("2026-11-23", "")
    assert values_of(sheet)["金額"] == ("3000", "")


NUMBER_FIELDS = [Field("番号1", "text", "届!A2"), Field("番号2", "text", "届!B2"), Field("番号3", "text", "届!C2")]


def number_form(world: World, tmp_path: Path, *values: str) -> FilledSheet:
    """Describe a form with a number in three boxes, and fill in a sheet of it."""
    paths = []
    for name, cells in (("様式", ()), ("届", values)):
        book = Workbook()
        book.active.title = "届"
        for column, value in enumerate(cells, start=1):
            book.active.cell(2, column).value = value
        book.active["F9"] = "届出の様式"
        paths.append(tmp_path / f"{name}.xlsx")
        book.save(paths[-1])
    form = actions.add_form(world.sato, keep(world, world.sato, paths[0]).pk, "届")
    actions.describe_form(world.sato, form.pk, NUMBER_FIELDS)
    (sheet,) = actions.add_sheets(world.sato, form.pk, [keep(world, world.sato, paths[1]).pk])
    work()
    return sheet


def test_a_number_in_three_boxes_is_neither_read_nor_answered(world: World, tmp_path: Path) -> None:
    sheet = number_form(world, tmp_path, "1234", "5678", "9018")
    assert values_of(sheet) == {f"番号{n}": ("", "GATE-01") for n in (1, 2, 3)}
    first, second, third = (field.pk for field in sheet.form.fields.order_by("ordinal"))
    actions.answer_questions(world.sato, sheet.pk, {first: "1234", second: "5678"})
    with pytest.raises(Refusal, match="GATE-01"):
        actions.answer_questions(world.sato, sheet.pk, {third: "9018"})


def test_what_was_read_of_a_sheet_is_gone_once_it_is_held_and_read_again_on_release(
    world: World, tmp_path: Path
) -> None:
    sheet = number_form(world, tmp_path, "木村", "5678", "9017")
    assert values_of(sheet)["番号1"] == ("木村", "")
    with transaction.atomic():
        Revision.objects.filter(record=sheet.record_id).update(gate_code=gate.MY_NUMBER)
        log.record("record.held", "record", sheet.record_id, None)
    work()
    assert values_of(sheet) == {}
    with transaction.atomic():
        Revision.objects.filter(record=sheet.record_id).update(gate_code="")
        log.record("record.released", "record", sheet.record_id, None)
    work()
    assert values_of(sheet)["番号3"] == ("9017", "")


def test_an_answer_outlives_a_new_description(world: World, form: Form, tmp_path: Path) -> None:
    keep(world, world.kimura, workbook(tmp_path, "木村直美", "不明", "100", "新規"))
    work()
    sheet = FilledSheet.objects.get()
    field = form.fields.get(name="申込日")
    actions.answer_questions(world.kimura, sheet.pk, {field.pk: "2026-11-01"})
    actions.describe_form(world.sato, form.pk, [*FIELDS, Field("題", "text", "申込書!A1")])
    work()
    assert values_of(sheet)["申込日"] == ("2026-11-01", "")
    assert values_of(sheet)["題"] == ("一時保育 利用申込書", "")


def test_values_are_seen_exactly_by_who_may_read_the_record(world: World, form: Form, tmp_path: Path) -> None:
    keep(world, world.kimura, workbook(tmp_path, "木村直美", "R8.11.1", "100", "新規"))
    private = keep(
        world,
        world.kimura,
        workbook(tmp_path, "秘密太郎", "R8.11.2", "200", "新規"),
        frozenset({of_person(world.kimura.pk)}),
    )
    work()
    hidden = FilledSheet.objects.get(record=private)
    assert len(list(table_visible_to(world.kimura, form))) == 3
    assert len(list(table_visible_to(world.sato, form))) == 2
    assert queries.form_rows_visible_to(world.sato)[0].sheets == 1
    client = Client()
    client.force_login(world.sato)
    assert client.get(f"/forms/sheets/{hidden.pk}/").status_code == 404
    for path in (f"/forms/{form.pk}/", f"/forms/{form.pk}/export/csv/"):
        assert "秘密" not in client.get(path).content.decode()
    client.force_login(world.kondo)
    for path in (f"/forms/{form.pk}/", f"/forms/{form.pk}/export/xlsx/", f"/forms/{form.pk}/questions/"):
        assert client.get(path).status_code == 404
    assert "利用申込書" not in client.get("/forms/").content.decode()
    with pytest.raises(Refusal, match="ACCESS-01"):
        actions.answer_questions(world.sato, hidden.pk, {})
    Revision.objects.filter(pk=hidden.revision_id).update(gate_code=gate.MY_NUMBER)  # a newer one is read instead
    assert len(list(table_visible_to(world.kimura, form))) == 2


def test_cells_that_look_like_formulas_are_text(world: World, form: Form, tmp_path: Path) -> None:
    rows = [["値"], ["=1+1"], ["+81-3"], ["@x"], ["-5"], ["\tx"], ["007"]]
    lines = list(csv.reader(io.StringIO(as_csv(rows).decode("utf-8-sig"))))
    assert [line[0] for line in lines] == ["値", "'=1+1", "'+81-3", "'@x", "-5", "'\tx", "007"]
    sheet = load_workbook(io.BytesIO(as_workbook(rows))).active
    assert [(cell.value, cell.data_type) for (cell,) in sheet.iter_rows()][1] == ("=1+1", "s")
    assert sheet["A7"].value == "007"
    assert harmless("-1-2") == "'-1-2"


def test_what_is_proposed_of_a_private_sheet_is_for_its_readers_alone(world: World, tmp_path: Path) -> None:
    blank = keep(world, world.sato, workbook(tmp_path), frozenset({of_person(world.sato.pk)}))
    form = actions.add_form(world.sato, blank.pk, "内々の様式")
    assert principals_in(form.audience_id) == {of_person(world.sato.pk)}
    with pytest.raises(Refusal, match="ACCESS-01"):
        queries.get_form(world.kimura, form.pk)
    for number in ("個人番号 123456789018", "１２３４－５６７８－９０１８"):
        with pytest.raises(Refusal, match="GATE-01"):
            actions.add_form(world.sato, blank.pk, number)
        with pytest.raises(Refusal, match="GATE-01"):
            actions.describe_form(world.sato, form.pk, [Field(number, "text", "申込書!C2")])


def test_a_description_has_to_hold_together(world: World, form: Form) -> None:
    same = [Field("氏名", "text", "申込書!C2"), Field("氏名", "text", "申込書!C3")]
    with pytest.raises(Refusal, match="FORM-08"):
        actions.describe_form(world.sato, form.pk, same)
    for wrong in (Field("氏名", "text", "どこか"), Field("氏名", "picture", "申込書!C2")):
        with pytest.raises(Refusal, match="FORM-07"):
            actions.describe_form(world.sato, form.pk, [wrong])
    assert queries.fields_in(form) == FIELDS


def test_boxes_are_typed_in_millimetres(form: Form) -> None:
    form.medium, form.page = "paper", 2
    (field,) = fields_from(form, [Line(0, "区分", "choice", "10, 20, 30, 5", "新規 = 10,20,5,5\n継続・変更")])
    assert field.place == "page=2;box=28.35,56.69,85.04,14.17"
    assert [choice.value for choice in field.choices] == ["新規", "継続", "変更"]
    assert field.choices[0].place == "page=2;box=28.35,56.69,14.17,14.17"
    assert lines_of(form, [field])[0].place == "10.0,20.0,30.0,5.0"


def test_likeness_weighs_labels_by_their_length() -> None:
    labels = {"保護者の氏名", "金額"}
    assert likeness(labels, "保護者の氏名は木村") == pytest.approx(6 / 8)
    assert likeness(set(), "何か") == 0.0


def test_the_pages_work_without_scripts(world: World, form: Form, tmp_path: Path) -> None:
    keep(world, world.kimura, workbook(tmp_path, "木村直美", "不明", "100", "新規"))
    work()
    client = Client()
    client.force_login(world.kimura)
    assert "木村直美" in client.get(f"/forms/{form.pk}/").content.decode()
    (question,) = queries.questions_visible_to(world.kimura, form)
    path = f"/forms/{form.pk}/questions/"
    assert "FORM-02" in client.get(path).content.decode()
    assert client.post(path, {f"value-{question.pk}": "どこか"}).status_code == 400
    assert client.post(path, {f"value-{question.pk}": "令和8年11月23日"}).status_code == 302
    sheet = FilledSheet.objects.get()
    assert values_of(sheet)["申込日"] == ("2026-11-23", "")
    page = client.get(f"/forms/{form.pk}/fields/").content.decode()
    assert "申込書!C2:J2" in page
    sent = {"name-0": "氏名", "kind-0": "text", "place-0": "申込書!C2:J2", "choices-0": ""}
    assert client.post(f"/forms/{form.pk}/fields/", sent).status_code == 302
    assert [field.name for field in queries.fields_in(form)] == ["氏名"]
