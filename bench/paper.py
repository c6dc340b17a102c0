"""Pages of paper drawn for measuring recognition, each with what stands on it: clean, scanned, by fine and coarse FAX.

Texts are invented; fonts are Debian's (Noto CJK, VL Gothic where installed). Nothing here was used to tune
hiroba.extract.recognition: it was tuned on ../shared/data/ocr_pages only."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDE, HIGH, DPI = 1654, 2339, 200
MARGIN = 190
KINDS = ("clean", "scan", "FAX fine", "FAX standard")
_NOTO = Path("/usr/share/fonts/opentype/noto")
_VL_GOTHIC = Path("/usr/share/fonts/truetype/vlgothic/VL-PGothic-Regular.ttf")
FONTS = {
    "serif": _NOTO / "NotoSerifCJK-Regular.ttc",
    "sans": _VL_GOTHIC if _VL_GOTHIC.exists() else _NOTO / "NotoSansCJK-Regular.ttc",
    "bold": _NOTO / "NotoSansCJK-Bold.ttc",
}
_NEVER_FIRST = "、。，．）」』】ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"

NOTICE = (
    "　このたび、地域の防災訓練を下記のとおり実施することとなりましたので、お知らせします。"
    "各町会及び自治会におかれましては、"
    "参加者の取りまとめにご協力くださいますようお願い申し上げます。",
    "　昨年度の訓練では、避難所の開設までに予定を大きく上回る時間を要しました。原因は、"
    "鍵の保管場所が担当者以外に知られて"
    "いなかったこと、及び備蓄倉庫の一覧表が更新されていなかったことの二点です。",
    "　今年度は、夜間に大きな地震が起きたことを想定し、"
    "職員が到着する前に住民の皆さまが自主的に避難所を開く訓練を行います。"
    "車いすを利用される方、乳幼児のいるご家庭、外国籍の方にも参加を呼びかけます。",
    "　雨天の場合は体育館で実施し、警報が発表された場合は中止します。"
    "中止の判断は当日の午前六時に行い、防災無線と電子メールで"
    "お伝えします。ご不明な点は危機管理課までお問い合わせください。",
)
COLUMNS = (
    "公園の遊具を新しくします。対象は区内三十二か所のうち、設置から二十五年を過ぎた九か所です。",
    "工事の期間中は、近くの公園をご利用ください。迂回路の案内板は、工事を始める一週間前までに設置します。",
    "粗大ごみの収集は予約制です。インターネットの受付は二十四時間、電話の受付は平日の午前八時から午後七時までです。",
    "図書館の開館時間を延長します。中央図書館は午後九時まで、そのほかの図書館は午後八時まで開いています。",
    "高齢者の見守りにご協力ください。新聞がたまっている、夜になっても明かりがつかないなど、"
    "気になることがあれば連絡を。",
    "保育園の入園申込みは、十一月一日から受け付けます。必要な書類は、勤務先の証明書と健康診断の結果です。",
    "空き家の相談会を開きます。相続、登記、解体、活用について、専門家が一組三十分まで無料でお答えします。",
    "自転車の交通違反が増えています。歩道は歩行者が優先です。雨の日の傘差し運転は絶対にやめましょう。",
)
VERTICAL = (
    "町づくり便り　令和八年春号",
    "　古い商店街に若い店主が戻ってきました。空いていた店を借りて、豆腐屋、花屋、"
    "小さな本屋を開いたのは、いずれも三十代の人たちです。",
    "　きっかけは、昨年の秋に開いた「軒先市」でした。一日だけ店を出してみる試みに、"
    "四十組が手を挙げ、二千人を超える人が訪れました。",
    "　区は家賃の一部を三年間補助します。店主の会では、共同の配達やポイントカードについて話し合いを始めています。",
)
LEDGER = (
    ("番号", "事業名", "担当課", "当初額", "執行額", "執行率"),
    ("001", "街路樹の剪定", "公園緑地課", "12,480,000", "11,902,300", "95.4%"),
    ("002", "橋りょうの点検", "道路課", "38,200,000", "36,115,780", "94.5%"),
    ("003", "学童クラブの運営", "児童課", "214,600,000", "209,334,120", "97.5%"),
    ("004", "消火器の更新", "危機管理課", "3,150,000", "2,874,960", "91.3%"),
    ("005", "窓口の混雑対策", "戸籍住民課", "8,900,000", "8,899,000", "100.0%"),
    ("006", "高齢者の配食", "介護予防課", "46,750,000", "41,208,450", "88.1%"),
    ("", "合計", "", "324,080,000", "310,334,610", "95.8%"),
)
FORM = (
    ("申請者", "氏名", "近藤　里美"),
    ("", "住所", "桜川市本町三丁目14番8号"),
    ("", "連絡先", "0297-55-1208"),
    ("使用する施設", "名称", "第二集会室"),
    ("", "日時", "令和8年5月17日　午前9時から正午まで"),
    ("", "人数", "24人"),
)


@dataclass(slots=True)
class Page:
    """A page under construction: its picture and the lines on it, in reading order."""

    name: str
    image: Image.Image = field(default_factory=lambda: Image.new("L", (WIDE, HIGH), 255))
    lines: list[str] = field(default_factory=list)
    y: float = MARGIN

    def write(self, text: str, font: str, points: float, x: float = MARGIN, width: float = WIDE - 2 * MARGIN) -> None:
        """Put a paragraph below what there is."""
        face, draw = face_of(font, points), ImageDraw.Draw(self.image)
        for line in _wrapped(text, face, width):
            draw.text((x, self.y), line, font=face, fill=0)
            self.lines.append(line)
            self.y += points * DPI / 72 * 1.65

    def table(self, rows: tuple[tuple[str, ...], ...], widths: tuple[int, ...], font: str, points: float) -> None:
        """Put a ruled table; its rows are read along."""
        face, draw, high = face_of(font, points), ImageDraw.Draw(self.image), points * DPI / 72 * 2.1
        for row in rows:
            left = MARGIN
            for text, width in zip(row, widths, strict=True):
                draw.rectangle((left, self.y, left + width, self.y + high), outline=0, width=2)
                draw.text((left + 14, self.y + high * 0.2), text, font=face, fill=0)
                left += width
            self.lines.append(" ".join(filter(None, row)))
            self.y += high
        self.y += 40


def face_of(font: str, points: float) -> ImageFont.FreeTypeFont:
    """Give a font at a size in points at DPI."""
    return ImageFont.truetype(str(FONTS[font]), round(points * DPI / 72))


def _wrapped(text: str, face: ImageFont.FreeTypeFont, width: float) -> Iterator[str]:
    line = ""
    for character in text:
        if line and face.getlength(line + character) > width and character not in _NEVER_FIRST:
            yield line
            line = ""
        line += character
    yield line


def pages() -> Iterator[Page]:
    """Draw the pages: a notice, small print, a ledger, a form, two columns, vertical writing."""
    notice = Page("notice")
    notice.write("地域防災訓練の実施について（お知らせ）", "bold", 13)
    for text in NOTICE:
        notice.write(text, "serif", 10.5)
    yield notice
    small = Page("small print")
    for text in (*NOTICE, *COLUMNS):
        small.write(text, "serif", 8)
    yield small
    ledger = Page("ledger")
    ledger.write("令和７年度　主要事業の執行状況（単位：円）", "bold", 12)
    ledger.table(LEDGER, (110, 330, 230, 220, 220, 150), "sans", 9)
    for text in NOTICE[1:3]:
        ledger.write(text, "sans", 9.5)
    yield ledger
    form = Page("form")
    form.write("集会施設使用許可申請書", "bold", 16)
    form.table(FORM, (270, 220, 760), "sans", 10.5)
    form.write("上記のとおり使用したいので申請します。なお、使用に当たっては管理者の指示に従います。", "serif", 10)
    yield form
    yield _two_columns()
    yield _vertical()


def _two_columns() -> Page:
    page = Page("two columns")
    page.write("広報さくらがわ　暮らしの便り", "bold", 18)
    top, width = page.y + 20, (WIDE - 2 * MARGIN - 70) // 2
    for column, texts in enumerate((COLUMNS + NOTICE[:2], COLUMNS[::-1] + NOTICE[2:])):
        page.y = top
        for text in texts:
            page.write(text, "sans", 10, MARGIN + column * (width + 70), width)
            page.y += 14
    return page


def _vertical() -> Page:
    page = Page("vertical")
    face, draw, x = face_of("serif", 13), ImageDraw.Draw(page.image), WIDE - 260
    for text in VERTICAL:
        for start in range(0, len(text), 36):
            column = text[start : start + 36]
            draw.text((x, 220), column, font=face, fill=0, direction="ttb", language="ja")
            page.lines.append(column)
            x -= 66
    return page


def spoilt(image: Image.Image, kind: str, seed: int) -> tuple[Image.Image, tuple[int, int]]:
    """Give the page as it comes by way of `kind`, and its dots an inch: askew, blurred, noisy, black and white."""
    random = np.random.default_rng(seed)
    if kind == "clean":
        return image, (DPI, DPI)
    reach = 1.0 if kind == "scan" else 2.8
    blur = 0.8 if kind == "scan" else 0.7
    askew = image.rotate(random.uniform(-reach, reach), Image.Resampling.BICUBIC, fillcolor=255)
    askew = askew.filter(ImageFilter.GaussianBlur(blur))
    if kind == "scan":
        grey = np.asarray(askew, dtype=np.float64) * 0.86 + 26 + random.normal(0, 7, (askew.height, askew.width))
        packed = io.BytesIO()
        Image.fromarray(grey.clip(0, 255).astype(np.uint8)).save(packed, "JPEG", quality=62)
        return Image.open(packed).convert("L"), (DPI, DPI)
    if kind == "FAX standard":
        askew = askew.resize((WIDE, HIGH // 2), Image.Resampling.BOX)
    ink = np.asarray(askew, dtype=np.float64) + random.normal(0, 22, (askew.height, askew.width)) <= 150
    noise = random.random(ink.shape)
    ink = (ink | (noise < 0.0012)) & (noise < 0.9985)
    return Image.fromarray(~ink).convert("1"), (DPI, DPI // 2 if kind == "FAX standard" else DPI)


def save(image: Image.Image, dots: tuple[int, int], path: Path) -> Path:
    """Write a page as scanners and FAX servers do: TIFF G4 in black and white, else PNG or JPEG."""
    if image.mode == "1":
        image.save(path.with_suffix(".tif"), compression="group4", dpi=dots)
        return path.with_suffix(".tif")
    image.save(path.with_suffix(".png"), dpi=dots)
    return path.with_suffix(".png")
