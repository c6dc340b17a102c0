"""Draw an application form of our own, fill it in with made-up values, and put it through a bad scanner."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from hiroba.extract.form_places import Choice, Field

WIDE, HIGH, DPI = 1654, 2339, 200  # A4
FONTS = {
    "mincho": "/usr/share/fonts/opentype/ipaexfont-mincho/ipaexm.ttf",
    "gothic": "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
    "noto": "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
}


def words(text: str) -> list[str]:
    """Give the words of a line, divided by commas."""
    return text.split(",")


SURNAMES = words(
    "佐藤,鈴木,高橋,田中,伊藤,渡辺,山本,中村,小林,加藤,吉田,山田,佐々木,山口,松本,井上,木村,斎藤,清水,長谷川"
)
NAMES = words("花子,一郎,直美,誠,恵,学,光,透,陽菜,蓮,結衣,大翔,美咲,健太,由美子,翔太,真理,和也,さくら,隆")
READINGS = words(
    "さとう はなこ,すずき いちろう,たかはし なおみ,たなか まこと,いとう めぐみ,わたなべ まなぶ,やまもと ひかる"
)
TOWNS = words("中央,本町,南台,緑が丘,東山,栄町,若葉台,泉,桜木町,大手町,西新田,北浜")
SCHOOLS = words("みどり保育園,ひまわりこども園,第三保育園,わかば保育園,たんぽぽ保育園,さくら第二保育園,あおぞら園")
REASONS = [
    "就労のため、平日の日中に保育ができません。",
    "祖父の介護をしており、週四日は家をあけます。",
    "四月から職業訓練校に通うことになりました。",
    "出産の予定があり、上の子の預け先を探しています。",
    "転入の予定です。前の園は三月末で退園します。",
]


@dataclass
class Drawn:
    """A form: its blank picture, and its fields in points (1/72 inch) from the top left."""

    blank: Image.Image
    fields: list[Field] = field(default_factory=list)


def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Give a font of the machine."""
    return ImageFont.truetype(FONTS[name], size)


def place(x: float, y: float, wide: float, high: float) -> str:
    """Give the locator of a box given in pixels."""
    return "page=1;box=" + ",".join(f"{value * 72 / DPI:.1f}" for value in (x, y, wide, high))


def draw_form() -> Drawn:
    """Draw the blank form: single boxes, print inside of boxes, a letter a box, choices to circle, boxes to tick."""
    image = Image.new("L", (WIDE, HIGH), 255)
    pen = ImageDraw.Draw(image)
    form = Drawn(image)
    pen.text((WIDE // 2, 150), "一時保育 利用申込書", font=font("gothic", 48), fill=0, anchor="mm")
    pen.text((160, 220), "みらい区長 あて  次のとおり申し込みます。", font=font("mincho", 28), fill=0)
    rows = [("申込日", "date"), ("ふりがな", "text"), ("保護者の氏名", "text"), ("住所", "text"), ("電話番号", "text")]
    rows += [
        ("生年月日", "date"),
        ("児童の氏名", "text"),
        ("希望する園", "text"),
        ("利用日数", "number"),
        ("金額", "number"),
    ]
    y = 290
    for name, kind in rows:
        _row(pen, form, name, kind, y)
        y += 110
    _letters(pen, form, "口座番号", 7, y)
    _choices(pen, form, "利用の区分", ["新規", "継続", "変更"], y + 110)
    _ticks(pen, form, "そえるもの", ["就労証明書", "母子手帳の写し", "住民票"], y + 220)
    _row(pen, form, "理由", "text", y + 330, 160)
    return form


def _label(pen: ImageDraw.ImageDraw, name: str, y: int, high: int) -> None:
    pen.rectangle((150, y, 1500, y + high), outline=0, width=3)
    pen.line((430, y, 430, y + high), fill=0, width=3)
    pen.text((290, y + high // 2), name, font=font("gothic", 30), fill=0, anchor="mm")


def _row(pen: ImageDraw.ImageDraw, form: Drawn, name: str, kind: str, y: int, high: int = 110) -> None:
    _label(pen, name, y, high)
    if kind == "date":
        for x, unit in ((620, "年"), (760, "月"), (900, "日")):
            pen.text((x, y + high // 2), unit, font=font("mincho", 30), fill=0, anchor="mm")
        pen.text((480, y + high // 2), "令和", font=font("mincho", 30), fill=0, anchor="mm")
    if kind == "number":
        pen.text((1460, y + high // 2), "円" if name == "金額" else "日", font=font("mincho", 30), fill=0, anchor="mm")
    form.fields.append(Field(name, kind, place(432, y + 2, 1066, high - 4)))


def _letters(pen: ImageDraw.ImageDraw, form: Drawn, name: str, count: int, y: int) -> None:
    _label(pen, name, y, 110)
    for index in range(1, count + 1):
        pen.line((430 + index * 80, y, 430 + index * 80, y + 110), fill=0, width=2)
    form.fields.append(Field(name, "text", place(432, y + 2, count * 80, 106)))


def _choices(pen: ImageDraw.ImageDraw, form: Drawn, name: str, choices: list[str], y: int) -> None:
    _label(pen, name, y, 110)
    found = []
    for index, choice in enumerate(choices):
        x = 560 + index * 260
        pen.text((x, y + 55), choice, font=font("mincho", 30), fill=0, anchor="mm")
        found.append(Choice(choice, place(x - 62, y + 12, 124, 86)))
        if index:
            pen.text((x - 130, y + 55), "・", font=font("mincho", 30), fill=0, anchor="mm")
    form.fields.append(Field(name, "choice", place(432, y + 2, 1066, 106), tuple(found)))


def _ticks(pen: ImageDraw.ImageDraw, form: Drawn, name: str, things: list[str], y: int) -> None:
    _label(pen, name, y, 110)
    for index, thing in enumerate(things):
        x = 470 + index * 330
        pen.rectangle((x, y + 37, x + 36, y + 73), outline=0, width=2)
        pen.text((x + 50, y + 55), thing, font=font("mincho", 28), fill=0, anchor="lm")
        form.fields.append(Field(thing, "check", place(x - 4, y + 33, 44, 44)))


def make_values(dice: random.Random) -> dict[str, str]:
    """Make up what somebody writes, as it is to be read: dates ISO, numbers plain, ticks 1 or empty."""
    person, child = dice.choice(SURNAMES), dice.choice(NAMES)
    values = {
        "申込日": f"2026-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
        "ふりがな": dice.choice(READINGS),
        "保護者の氏名": f"{person} {dice.choice(NAMES)}",
        "住所": f"みらい区{dice.choice(TOWNS)}{dice.randint(1, 9)}丁目{dice.randint(1, 40)}番{dice.randint(1, 30)}号",
        "電話番号": f"0{dice.randint(3, 9)}-{dice.randint(1000, 9999)}-{dice.randint(1000, 9999)}",
        "生年月日": f"{dice.randint(2019, 2026)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
        "児童の氏名": f"{person} {child}",
        "希望する園": dice.choice(SCHOOLS),
        "利用日数": str(dice.randint(1, 31)),
        "金額": str(dice.randint(10, 990) * 100),
        "口座番号": f"{dice.randint(0, 9999999):07}",
        "利用の区分": dice.choice(["新規", "継続", "変更"]),
        "理由": dice.choice(REASONS),
    }
    return values | {thing: dice.choice(["1", ""]) for thing in ("就労証明書", "母子手帳の写し", "住民票")}


def fill_in(form: Drawn, values: dict[str, str], dice: random.Random, bend: float = 0.0) -> Image.Image:
    """Write the values into a copy of the blank form with one of the machine's fonts, every stroke bent by about
    `bend` pixels, so that no letter is like the other: not handwriting, but as far from print."""
    image = Image.new("L", form.blank.size, 255) if bend else form.blank.copy()
    pen = ImageDraw.Draw(image)
    pen.fontmode = "L"
    hand = dice.choice(list(FONTS))
    for each in form.fields:
        x, y, wide, high = (float(part) * DPI / 72 for part in each.place.split("box=")[1].split(","))
        _write(pen, each, values[each.name], (x, y, wide, high), font(hand, dice.randint(28, 36)), dice)
    return ImageChops.darker(form.blank, _bent(image, bend, dice)) if bend else image


def _bent(image: Image.Image, bend: float, dice: random.Random) -> Image.Image:
    """Move every dot a little, its neighbours nearly alike."""
    random_ = np.random.default_rng(dice.randrange(1 << 30))
    rows, columns = np.indices((image.height, image.width), dtype=np.float32)
    for coarse, part in ((9, 0.7), (24, 1.0)):
        small = random_.normal(0, bend * part, (2, image.height // coarse, image.width // coarse)).astype(np.float32)
        moved = [np.asarray(Image.fromarray(each).resize(image.size, Image.Resampling.BICUBIC)) for each in small]
        rows, columns = rows + moved[0], columns + moved[1]
    place = (rows.round().astype(int).clip(0, image.height - 1), columns.round().astype(int).clip(0, image.width - 1))
    return Image.fromarray(np.asarray(image)[place]).filter(ImageFilter.GaussianBlur(0.6))


def _write(
    pen: ImageDraw.ImageDraw,
    each: Field,
    value: str,
    box: tuple[float, float, float, float],
    hand: ImageFont.FreeTypeFont,
    dice: random.Random,
) -> None:
    x, y, wide, high = box
    middle = y + high / 2 + dice.uniform(-8, 8)
    if each.kind in ("choice", "check"):
        _mark(pen, each, value, (x, y), dice)
        return
    for at, text, anchor in _pieces(each, value, wide, dice):
        pen.text((x + at, middle), text, font=hand, fill=0, anchor=anchor)


def _pieces(each: Field, value: str, wide: float, dice: random.Random) -> list[tuple[float, str, str]]:
    """What is written where in a box, from its left side."""
    if each.kind == "date":
        year, month, day = (int(part) for part in value.split("-"))
        return [(130, str(year - 2018), "mm"), (260, str(month), "mm"), (400, str(day), "mm")]
    if each.kind == "number":
        return [(wide - 90, f"{int(value):,}" if dice.random() < 0.5 else value, "rm")]
    if each.name == "口座番号":
        return [(40 + index * 80, letter, "mm") for index, letter in enumerate(value)]
    return [(dice.uniform(14, 60), value, "lm")]


def _mark(pen: ImageDraw.ImageDraw, each: Field, value: str, corner: tuple[float, float], dice: random.Random) -> None:
    if each.kind == "choice":
        chosen = next(choice for choice in each.choices if choice.value == value)
        x, y, wide, high = (float(part) * DPI / 72 for part in chosen.place.split("box=")[1].split(","))
        pen.ellipse((x + 8, y + dice.uniform(2, 12), x + wide - 8, y + high - dice.uniform(2, 12)), outline=0, width=3)
    elif value:
        x, y = corner
        pen.line((x + 8, y + 20, x + 18, y + 34), fill=0, width=4)
        pen.line((x + 18, y + 34, x + 40, y + 6), fill=0, width=4)


def scan(image: Image.Image, dice: random.Random, kind: str = "scan") -> bytes:
    """Give the file a scanner makes: `clean` (straight, PNG), `scan` (askew, shifted, grey, JPEG), `fax` (200×200)."""
    target = io.BytesIO()
    if kind == "clean":
        image.save(target, "PNG", dpi=(DPI, DPI))
        return target.getvalue()
    angle, scale = dice.uniform(-1.6, 1.6), dice.uniform(0.98, 1.02)
    shift = (dice.uniform(-25, 25), dice.uniform(-25, 25))
    turned = image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255, translate=shift)
    sized = turned.resize((round(WIDE * scale), round(HIGH * scale)), Image.Resampling.BICUBIC)
    sheet = Image.new("L", (WIDE, HIGH), 255)
    sheet.paste(sized, ((WIDE - sized.width) // 2, (HIGH - sized.height) // 2))
    grey = np.asarray(sheet.filter(ImageFilter.GaussianBlur(0.7)), dtype=np.float64)
    noise = np.random.default_rng(dice.randrange(1 << 30)).normal(0, 9, grey.shape)
    grey = np.clip(grey * 0.9 + 14 + noise, 0, 255)
    if kind == "fax":
        Image.fromarray(((grey > 150) * 255).astype(np.uint8)).convert("1").save(
            target, "TIFF", compression="group4", dpi=(DPI, DPI)
        )
    else:
        Image.fromarray(grey.astype(np.uint8)).save(target, "JPEG", quality=72, dpi=(DPI, DPI))
    return target.getvalue()


def write(path: Path, content: bytes) -> Path:
    """Write a file and give its path."""
    path.write_bytes(content)
    return path
