"""入れてはいけないもの: what the gate must stop, and a list of receipt numbers that only looks like it. All of it is invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from demo.calendar import Calendar, at, business_day, era
from demo.papers import Attachment, Block, Csv, Docx, Heading, Mail, Paper, Para, Row, Scan, Sheet, Table, Text, Xlsx
from demo.people import folder

NAMES = (
    "御厨 ひなた",
    "千々岩 航",
    "城ヶ崎 みお",
    "四十万 陸",
    "小鳥遊 つむぎ",
    "東海林 朔",
    "勅使河原 芽",
    "月見里 蒼",
)
STREETS = ("北町二丁目14番3号", "中央四丁目2番8-501号", "南浜一丁目30番地", "北町七丁目6番11号", "緑ケ丘三丁目9番2号")
RECEIPTS = 40


def check_digit(eleven: str) -> int:
    """Return the check digit of an 個人番号: 平成26年総務省令第85号 第5条:
    11 − (Σ P_n × Q_n mod 11), 0 when the remainder is 0 or 1;
    P_n the n-th digit from the right, Q_n = n + 1 up to the sixth, n − 5 from the seventh."""
    weights = [n + 1 if n <= 6 else n - 5 for n in range(1, 12)]
    rest = sum(int(digit) * weight for digit, weight in zip(reversed(eleven), weights, strict=True)) % 11
    return 0 if rest <= 1 else 11 - rest


def personal_number(seed: int) -> str:
    """Make an invented 個人番号 with a valid check digit."""
    eleven = f"{(seed * 61_803_398_873 + 31_415_926_535) % 10**11:011d}"
    return f"{eleven}{check_digit(eleven)}"


def receipt_number(year: int, count: int) -> str:
    """Make a receipt number: year, 課, running number; twelve digits and no check digit."""
    return f"{year}0302{count:04d}"


def papers(today: date) -> Iterator[Paper]:
    """Yield the papers of story 12 in the order in which they nearly went wrong."""
    calendar = Calendar(today)
    days = [calendar.latest(*day, days_ago=3) for day in ((6, 18), (7, 9), (9, 15), (10, 2))]
    moments = [at(business_day(day), 11, 20) for day in days]
    yield spreadsheet(moments[0])
    yield wide_letters(moments[0].replace(hour=15))
    yield insured_mail(moments[1], days[1])
    yield bank_account(moments[2], days[2])
    yield receipts(moments[3])
    yield apology(moments[3].replace(hour=17))


def spreadsheet(moment: datetime) -> Paper:
    """A list of salary reports with the column that should have been taken out."""
    rows: list[Row] = [["整理番号", "氏名", "個人番号", "給与支払者", "備考"]]
    for index, name in enumerate(NAMES, start=1):
        number = personal_number(index)
        rows.append([f"K-{index:03d}", name, number, "みらい運送株式会社" if index % 3 else "有限会社ことり堂", None])
    rows[3] = [*rows[3][:4], "番号はハイフン付きで届いた"]
    hyphened = personal_number(3)
    sheet = Sheet(
        "突合", rows, cells={"C4": "-".join((hyphened[:4], hyphened[4:8], hyphened[8:]))}, formats={"C:C": "@"}
    )
    path = f"{folder('0302')}/給与支払報告/突合作業用(個人番号あり_消すこと).xlsx"
    return Paper(path, "0302", "tanaka", moment, Xlsx([sheet]))


def wide_letters(moment: datetime) -> Paper:
    """A memo that carries one number in full-width digits."""
    number = personal_number(21).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    text = (
        f"窓口メモ\n月見里様、マイナンバーカードの再交付。控えの番号　{number}\n旧姓併記を希望。来週金曜に再度来庁。\n"
    )
    path = f"{folder('110100')}/窓口メモ/カード再交付のメモ.txt"
    return Paper(path, "110100", "sekine", moment, Text(text, "cp932"))


def insured_mail(moment: datetime, day: date) -> Paper:
    """A mail with an insured person's number, name, birth date and address."""
    text = f"""戸田です。保険証の送り先の変更の件、下の方です。

氏名　　　　　小鳥遊 つむぎ
生年月日　　　昭和62年2月29日と書いてありますが、この日はありません。本人に確認します。
住所　　　　　みらい区{STREETS[0]}
被保険者番号　01234567(記号 みらい-21)
届出日　　　　{era(day)}

メールで送ってよいものか迷いましたが、急ぎなので送ります。
"""
    table = Csv([["被保険者番号", "氏名", "住所"], ["01234567", "小鳥遊 つむぎ", f"みらい区{STREETS[0]}"]])
    mail = Mail("toda", ["arai"], "【至急】送付先変更 1件", text, attachments=[Attachment("送付先.csv", table)])
    return Paper(f"{folder('0303')}/資格/送付先変更の連絡.eml", "0303", "toda", moment, mail)


def bank_account(moment: datetime, day: date) -> Paper:
    """A scanned request for a refund with an account to pay into."""
    rows = [
        ["金融機関", "ひろば信用金庫 北町支店"],
        ["種別・口座番号", "普通 0012345"],
        ["口座名義", "ジヨウガサキ ミオ"],
    ]
    blocks: list[Block] = [
        Heading("過誤納金還付請求書"),
        Para(era(day), "right"),
        Para("みらい区長 あて"),
        Para(f"住所 みらい区{STREETS[3]}　氏名 城ヶ崎 みお"),
        Para("下の口座に振り込んでください。還付額 18,400円"),
        Table(rows),
    ]
    return Paper(f"{folder('0302')}/還付/還付請求書_受付分.pdf", "0302", "nagai", moment, Scan(blocks))


def receipts(moment: datetime) -> Paper:
    """Twelve digits that mean nothing about anybody."""
    rows: list[Row] = [["受付番号", "証明の種類", "枚数", "手数料(円)"]]
    for count in range(1, RECEIPTS + 1):
        kind = ("課税証明", "納税証明", "非課税証明")[count % 3]
        rows.append([receipt_number(moment.year, count), kind, 1 + count % 2, 300 * (1 + count % 2)])
    path = f"{folder('0302')}/証明窓口/受付番号一覧_{moment:%Y%m%d}.csv"
    return Paper(path, "0302", "nagai", moment, Csv(rows), "everyone")


def apology(moment: datetime) -> Paper:
    """What was learnt, for everybody."""
    text: list[Block] = [
        Heading("入れてはいけないものを、入れかけました"),
        Para(
            "突合作業用の表に個人番号の列を残したまま、課の共有に置こうとして止められました。止めたのは機械で、止められてほっとしたのは私です。"
        ),
        Para(
            "同じ12桁でも、証明窓口の受付番号は止まりません。番号の作りが違うからです。違いは情報セキュリティ担当の遠藤さんが説明してくれます。"
        ),
        Para("「消すこと」とファイル名に書いても、消えません。", bold=True),
        Para("税務課　田中 健", "right"),
    ]
    return Paper(f"{folder('0302')}/ヒヤリ/入れかけました.docx", "0302", "tanaka", moment, Docx(text), "everyone")
