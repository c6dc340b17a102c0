"""Draw a questionnaire of our own that is answered by marks alone: numbers and words circled, squares ticked, each in
one of the ways people do it."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image, ImageDraw

from bench.form_drawing import DPI, HIGH, WIDE, Drawn, font, place
from hiroba.extract.form_places import Choice, Field

NUMBERED = ("満足度", "待ち時間", "説明のわかりやすさ", "職員の対応", "案内の表示", "また利用したいか")
WORDED = {
    "年代": ("20代以下", "30代", "40代", "50代", "60代以上"),
    "来庁の方法": ("徒歩", "自転車", "バス", "車"),
    "前にも来たか": ("はい", "いいえ"),
}
TICKED = (
    ("住民票", "戸籍", "税の証明", "印鑑登録"),
    ("保育", "介護", "国民健康保険", "年金"),
    ("連絡してよい", "匿名にする"),
)
TOP, STEP, LEFT, LABELS = 250, 96, 150, 400
Place = tuple[float, float, float, float]


def draw_survey() -> Drawn:
    """Draw the blank questionnaire: 1 to 5 to circle, words to circle, squares to tick."""
    image = Image.new("L", (WIDE, HIGH), 255)
    pen, form, y = ImageDraw.Draw(image), Drawn(image), TOP
    pen.text((WIDE // 2, 150), "窓口アンケート", font=font("gothic", 48), fill=0, anchor="mm")
    for name in NUMBERED:
        _choices(pen, form, name, tuple("12345"), y, 130)
        y += STEP
    for name, offered in WORDED.items():
        _choices(pen, form, name, offered, y, 185)
        y += STEP
    for number, things in enumerate(TICKED, 1):
        _label(pen, f"利用の内容({number})", y)
        for index, thing in enumerate(things):
            x = LEFT + LABELS + 30 + index * 225
            pen.rectangle((x, y + 32, x + 30, y + 62), outline=0, width=2)
            pen.text((x + 40, y + 48), thing, font=font("mincho", 27), fill=0, anchor="lm")
            form.fields.append(Field(thing, "check", place(x - 4, y + 28, 38, 38)))
        y += STEP
    return form


def _label(pen: ImageDraw.ImageDraw, name: str, y: int) -> None:
    pen.rectangle((LEFT, y, 1510, y + STEP), outline=0, width=2)
    pen.line((LEFT + LABELS, y, LEFT + LABELS, y + STEP), fill=0, width=2)
    pen.text((LEFT + 20, y + STEP // 2), name, font=font("gothic", 28), fill=0, anchor="lm")


def _choices(pen: ImageDraw.ImageDraw, form: Drawn, name: str, offered: tuple[str, ...], y: int, apart: int) -> None:
    _label(pen, name, y)
    found, face, middle = [], font("mincho", 30), y + STEP // 2
    for index, word in enumerate(offered):
        x = LEFT + LABELS + 90 + index * apart
        pen.text((x, middle), word, font=face, fill=0, anchor="mm")
        half = face.getlength(word) / 2 + 18
        found.append(Choice(word, place(x - half, middle - 34, 2 * half, 68)))
        if index:
            pen.text((x - apart / 2, middle), "・", font=face, fill=0, anchor="mm")
    where = place(LEFT + LABELS + 2, y + 2, 956, STEP - 4)
    form.fields.append(Field(name, "choice", where, tuple(found)))


def make_answers(form: Drawn, dice: random.Random) -> dict[str, str]:
    """Make up what somebody marks; one question in ten is left out."""
    answers = {}
    for each in form.fields:
        if each.kind == "check":
            answers[each.name] = dice.choice(["1", ""])
        else:
            answers[each.name] = "" if dice.random() < 0.1 else dice.choice(each.choices).value
    return answers


def answer_survey(form: Drawn, values: dict[str, str], dice: random.Random) -> Image.Image:
    """Mark a copy of the blank questionnaire with one pen, by one hand or several."""
    image = form.blank.copy()
    pen, width, shade = ImageDraw.Draw(image), dice.choice((2, 3, 4, 6)), dice.choice((0, 30, 70))
    for each in form.fields:
        value = values[each.name]
        if value and each.kind == "check":
            dice.choice((_hook, _hook, _katakana, _cross, _filled, _long_hook))(
                pen, _pixels(each.place), width, shade, dice
            )
        elif value:
            chosen = next(choice for choice in each.choices if choice.value == value)
            _circle(pen, _pixels(chosen.place), width, shade, dice)
    return image


def _pixels(locator: str) -> Place:
    x, y, wide, high = (float(part) * DPI / 72 for part in locator.split("box=")[1].split(","))
    return x, y, wide, high


def _circle(pen: ImageDraw.ImageDraw, box: Place, width: int, shade: int, dice: random.Random) -> None:
    """Round by hand: off the middle, wavering, not quite closed, too large or too small."""
    x, y, wide, high = box
    size, start = dice.uniform(0.72, 1.2), dice.uniform(0, 6.28)
    middle = x + wide / 2 + dice.uniform(-7, 7), y + high / 2 + dice.uniform(-6, 6)
    angles = np.linspace(start, start + dice.uniform(5.7, 6.9), 60)
    waver = 1 + 0.06 * np.sin(angles * dice.choice((2, 3)) + start)
    points = [
        (middle[0] + np.cos(a) * wide / 2 * size * w, middle[1] + np.sin(a) * high / 2 * size * w)
        for a, w in zip(angles, waver, strict=True)
    ]
    pen.line(points, fill=shade, width=width, joint="curve")


def _hook(pen: ImageDraw.ImageDraw, box: Place, width: int, shade: int, dice: random.Random) -> None:
    x, y, wide, high = box
    corner = x + wide * dice.uniform(0.35, 0.5), y + high * dice.uniform(0.7, 0.9)
    pen.line([(x + wide * 0.2, y + high * 0.5), corner, (x + wide * 0.95, y + high * 0.1)], fill=shade, width=width)


def _long_hook(pen: ImageDraw.ImageDraw, box: Place, width: int, shade: int, dice: random.Random) -> None:
    x, y, wide, high = box
    corner = x + wide * 0.4, y + high * dice.uniform(0.8, 1.1)
    far = x + wide * dice.uniform(1.1, 1.7), y - high * dice.uniform(0.1, 0.5)
    pen.line([(x + wide * 0.1, y + high * 0.4), corner, far], fill=shade, width=width)


def _katakana(pen: ImageDraw.ImageDraw, box: Place, width: int, shade: int, dice: random.Random) -> None:
    x, y, wide, high = box
    foot = x + wide * 0.35, y + high * 0.85
    pen.line([(x + wide * 0.3, y + high * 0.1), foot, (x + wide * 0.9, y + high * 0.4)], fill=shade, width=width)


def _cross(pen: ImageDraw.ImageDraw, box: Place, width: int, shade: int, dice: random.Random) -> None:
    x, y, wide, high = box
    pen.line([(x + wide * 0.15, y + high * 0.15), (x + wide * 0.85, y + high * 0.85)], fill=shade, width=width)
    pen.line([(x + wide * 0.85, y + high * 0.15), (x + wide * 0.15, y + high * 0.85)], fill=shade, width=width)


def _filled(pen: ImageDraw.ImageDraw, box: Place, width: int, shade: int, dice: random.Random) -> None:
    x, y, wide, high = box
    for step in range(5):
        down = y + high * (0.2 + 0.15 * step)
        pen.line([(x + wide * 0.2, down), (x + wide * 0.8, down + high * 0.05)], fill=shade, width=max(3, width))
