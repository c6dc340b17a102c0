"""Quoted mails and signatures are told from what the writer wrote."""

from __future__ import annotations

import time

import pytest

from hiroba.language.letters import roles_of

LETTERS = {
    "answer above": """t 近藤様
t お世話になっております。花壇の件、承知しました。
t
t よろしくお願いします。
s ------------------------------
s みらい区 子育て支援課 木村 直美
s 電話 03-1234-5678(内線 2345)
s ------------------------------
q
q -----Original Message-----
q From: 近藤 学 <kondo@mirai.example>
q Sent: Friday, November 20, 2026 10:00 AM
q To: 木村 直美
q Subject: 花壇の件
q
q 水やりの当番を決めてください。""",
    "japanese head": """t 了解です。
q ________________________________
q 差出人: 近藤 学
q 送信日時: 2026年11月20日 10:00
q 宛先: 木村 直美
q 件名: 花壇の件
q 水やりの当番を決めてください。""",
    "answers between": """q 2026年11月20日(金) 10:00 近藤 学 <kondo@mirai.example>:
q > 当番を決めてください。
t 月曜は木村がします。
q > 道具はありますか。
t あります。""",
    "gmail": """t Thanks.
t
q On Fri, Nov 20, 2026 at 10:00 AM Kondo <k@x.example> wrote:
q
q > Please decide.""",
    "signature mark": """t 以上です。
s --
s 木村
s 子育て支援課""",
    "no signature": """t 次の表のとおりです。
t ==========
t 4月 12件
t 5月 15件
t ==========
t 確認をお願いします。""",
    "a form is no quote": """t 申請の内容です。
t 差出人: 木村
t 内容: 備品の購入
t 金額: 12,000円""",
    "greater than": """t 条件は次のとおり。
t 気温 > 30度 のとき中止
t a > b""",
    "only quoted": """q > 転送します
q > よろしく""",
}


@pytest.mark.parametrize("name", LETTERS)
def test_each_line_is_whose_it_is(name: str) -> None:
    marked = LETTERS[name].split("\n")
    lines = [line[2:] for line in marked]
    words = {"t": "text", "q": "quote", "s": "signature"}
    found = roles_of(lines)
    wrong = [
        (line, said) for line, said, mark in zip(lines, found, marked, strict=True) if line and said != words[mark[0]]
    ]
    assert wrong == []


def test_a_letter_of_any_shape_takes_little_time() -> None:
    for line in ("> " * 500, "-" * 5000, "From: x", "2026年1月1日" + "<" * 4000, "さん" * 3000 + ":", " " * 9000):
        begun = time.monotonic()
        assert len(roles_of([line] * 2000)) == 2000
        assert time.monotonic() - begun < 2


def test_nothing_is_nothing() -> None:
    assert roles_of([]) == []
    assert roles_of([""]) == ["text"]
