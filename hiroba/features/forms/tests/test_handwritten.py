"""A telephone's photo of a sheet that looks written by hand is read as far as it goes; nothing is taken unseen."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bench.form_drawing import FONTS, draw_form, fill_in, make_values
from bench.photographs import photograph
from hiroba.features.forms import actions, queries
from hiroba.features.forms.export import table_visible_to
from hiroba.features.forms.models import FilledSheet, SheetState
from hiroba.features.forms.tests.test_forms import keep, work
from tests.world import World

pytestmark = pytest.mark.skipif(not Path(FONTS["mincho"]).exists(), reason="the fonts of apt's fonts-ipaexfont")


def test_what_a_hand_wrote_is_asked_and_not_given_out_before_somebody_has_looked(world: World, tmp_path: Path) -> None:
    drawn, dice = draw_form(), random.Random(1)
    values = make_values(dice)
    drawn.blank.save(tmp_path / "様式.png", dpi=(200, 200))
    (tmp_path / "写真.jpg").write_bytes(photograph(fill_in(drawn, values, dice, bend=2.4), dice).content)
    form = actions.add_form(world.sato, keep(world, world.sato, tmp_path / "様式.png").pk, "利用申込書")
    form = actions.describe_form(world.sato, form.pk, drawn.fields)
    actions.add_sheets(world.sato, form.pk, [keep(world, world.sato, tmp_path / "写真.jpg").pk])
    work()
    sheet = FilledSheet.objects.get()
    assert (sheet.state, sheet.code) == (SheetState.ASKING, "")

    written = [field.name for field in drawn.fields if field.kind in ("text", "number", "date")]
    questions = queries.questions_visible_to(world.sato, form)
    assert {question.field.name for question in questions} >= set(written)
    assert all(bytes(question.picture).startswith(b"\x89PNG") for question in questions)
    header, row = table_visible_to(world.sato, form)
    given = dict(zip(header, row, strict=True))
    assert {name: given[name] for name in written} == dict.fromkeys(written, "")
    assert given["利用の区分"] == values["利用の区分"]

    asked = next(question for question in questions if question.field.name == "金額")
    actions.answer_questions(world.sato, sheet.pk, {asked.field_id: values["金額"]})
    header, row = table_visible_to(world.sato, form)
    assert dict(zip(header, row, strict=True))["金額"] == values["金額"]
