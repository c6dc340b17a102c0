"""How usual pages are built: what belongs into each part is asked, and goes away as soon as something is written.

Each begins with its purpose and keeps what happened apart from what somebody makes of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Outline:
    """A usual kind of page: its name, when one takes it, and its parts as (heading, what belongs there)."""

    key: str
    name: StrPromise
    when: StrPromise
    parts: tuple[tuple[StrPromise, StrPromise], ...]

    def blocks(self) -> list[tuple[str, str]]:
        """Give its parts as the blocks of a new page, each with its hint."""
        found: list[tuple[str, str]] = []
        for heading, hint in self.parts:
            found += [(f"## {heading}", ""), ("", str(hint))]
        return found or [("", _("ここから書きはじめてください。"))]


_PURPOSE = gettext_lazy("目的")
_FACTS = gettext_lazy("事実(わかっていること)")
_READINGS = gettext_lazy("解釈(どう見るか)")
OUTLINES = (
    Outline("", gettext_lazy("白紙"), gettext_lazy("自由に書くとき"), ()),
    Outline(
        "meeting",
        gettext_lazy("会議資料"),
        gettext_lazy("集まって決めたいことがあるとき"),
        (
            (_PURPOSE, gettext_lazy("この会議で何を決めますか。それは、だれの何のためですか。一文で書きます。")),
            (
                _FACTS,
                gettext_lazy("数や出来事を、出典と一緒に書きます。資料のリンクを貼ると、その箇所が引用されます。"),
            ),
            (_READINGS, gettext_lazy("事実をどう見ているか。だれの見方かも書きます。ちがう見方があれば並べます。")),
            (gettext_lazy("決めたいこと"), gettext_lazy("選べる案と、それぞれの良い点・困る点を書きます。")),
            (gettext_lazy("決めたあとにすること"), gettext_lazy("- [ ] だれが、いつまでに、何をするか")),
        ),
    ),
    Outline(
        "report",
        gettext_lazy("報告"),
        gettext_lazy("起きたことや調べたことを伝えるとき"),
        (
            (_PURPOSE, gettext_lazy("だれに、何のために伝えますか。読んだ人に何をしてほしいですか。")),
            (_FACTS, gettext_lazy("いつ、どこで、何が、いくつ。見たこと・数えたことだけを書きます。")),
            (_READINGS, gettext_lazy("なぜそうなったと思うか。確かでないことは、確かでないと書きます。")),
            (gettext_lazy("お願い・提案"), gettext_lazy("してほしいことと、期限を書きます。なければ「ありません」。")),
        ),
    ),
    Outline(
        "how-to",
        gettext_lazy("手順書"),
        gettext_lazy("だれがしても同じようにできるようにするとき"),
        (
            (_PURPOSE, gettext_lazy("この手順は何のためにありますか。やめたら、だれが困りますか。")),
            (gettext_lazy("始める前に"), gettext_lazy("必要なもの、確かめること、相談する人を書きます。")),
            (gettext_lazy("手順"), gettext_lazy("1. 一つの番号に、することを一つだけ書きます。")),
            (
                gettext_lazy("決まっていること(事実)"),
                gettext_lazy("法令・要綱・取り決めで、こうするとなっていること。出典を付けます。"),
            ),
            (
                gettext_lazy("こつ・考え方(解釈)"),
                gettext_lazy("こうするとうまくいく、と思っていること。次の人が変えてよい所です。"),
            ),
            (gettext_lazy("見直す日"), gettext_lazy("いつ、だれが、この手順を見直しますか。")),
        ),
    ),
)


def blocks_of(key: str) -> list[tuple[str, str]]:
    """Give the blocks of an outline by its key; an unknown one is a blank page."""
    return next((each for each in OUTLINES if each.key == key), OUTLINES[0]).blocks()
