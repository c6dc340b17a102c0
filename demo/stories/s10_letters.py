"""副区長のたより: a letter every Monday; last year with its answers on one sheet, since April as mails that anybody may answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from demo.calendar import at, business_day, era_weekday, fiscal_year, month_day
from demo.life.manuscript import TEXTS, day_told, papers_of, told_from
from demo.papers import Block, Docx, Heading, Html, Mail, Paper, Para
from demo.people import folder, people
from demo.stories.telling import day_of

UNIT = "00"
WRITER = "yamamoto"
ROOM = f"{folder(UNIT)}/副区長のたより"
EVERYBODY = "全職員 <zenshokuin@city.mirai.example>"


@dataclass(frozen=True)
class Answer:
    """What somebody wrote back; without a name when `name` is empty."""

    name: str
    text: str


@dataclass(frozen=True)
class Letter:
    number: int
    day: date
    title: str
    text: str
    answers: tuple[Answer, ...]

    @property
    def key(self) -> str:
        return f"tayori-{self.number:03d}"

    @property
    def place(self) -> str:
        return f"{ROOM}/第{self.number:02d}便 {self.title.replace('?', '')}"


def letters(today: date) -> Iterator[Letter]:
    """Yield every letter that has been sent, numbered from 1, on the Monday of its week."""
    sent: dict[date, tuple[str, str]] = {}
    for mark, title, body in sorted(manuscript(), key=lambda letter: not letter[0].startswith("月")):
        near = near_day(today, mark)
        day = business_day(near - timedelta(days=near.weekday()))
        if day <= today:
            sent.setdefault(day, (title, body))  # one letter a week: what another story answers to goes first
    for number, (day, (title, body)) in enumerate(sorted(sent.items()), start=1):
        words, *answers = re.split(r"^(?=[↩→])", told_from(today, body), flags=re.MULTILINE)
        yield Letter(number, day, title, words.strip(), tuple(map(answer_of, answers)))


def manuscript() -> Iterator[tuple[str, str, str]]:
    """Yield mark of the day, title and the rest of every letter that was ever drafted."""
    texts = [(TEXTS / f"s10_letters_{part}.txt").read_text(encoding="utf-8") for part in (1, 2)]
    for part in re.split(r"^@ ", "\n".join(texts), flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        mark, title = (cell.strip() for cell in head.split("|"))
        yield mark, title, body


def near_day(today: date, mark: str) -> date:
    """Return the day near which a letter was sent: 前5/12 in a fiscal year, 月-5/1 so many months before the last count."""
    if mark.startswith("月"):
        months, day = mark.removeprefix("月").split("/")
        return day_of(today, int(months), int(day))
    return day_told(today, mark)


def answer_of(line: str) -> Answer:
    """Read `↩ 氏名: words`, `↩匿名: words` or the writer's own `→ 山本: words`."""
    name, _, words = line.strip().partition(": ")
    if name.startswith("→"):
        return Answer("山本 一郎", words)
    return Answer("" if name == "↩匿名" else name.removeprefix("↩").strip(), words)


def papers(today: date) -> Iterator[Paper]:
    """Yield the papers of story 10: letters, open and anonymous answers for all, private ones for the deputy mayors' room."""
    for letter in letters(today):
        if fiscal_year(letter.day) < fiscal_year(today):
            yield on_paper(letter)
        else:
            yield from by_mail(letter)
    yield from papers_of(today, "s10_private.txt")


def on_paper(letter: Letter) -> Paper:
    """Lay a letter and what came back on one sheet, as it was done in the first year."""
    blocks: list[Block] = [Para(f"第{letter.number}便　{era_weekday(letter.day)}", "right"), Para(letter.text)]
    blocks.append(Para("副区長　山本 一郎", "right"))
    if letter.answers:
        blocks.append(Heading("いただいた返事", 2))
    for answer in letter.answers:
        blocks.append(Para(f"{answer.name or '名前のない方'}　「{answer.text}」"))
    body = Docx([Heading(letter.title), *blocks], letter.title, footer="返事は山本へ直接。課長を通さなくて結構です")
    return Paper(f"{letter.place}.docx", UNIT, WRITER, at(letter.day, 8, 30), body, "everyone")


def by_mail(letter: Letter) -> Iterator[Paper]:
    """Send a letter to all, and let each answer be a message of its own."""
    subject = f"【月曜のたより】{letter.title}"
    mail = Mail(WRITER, [EVERYBODY], subject, f"{letter.text}\n\n山本\n", key=letter.key)
    yield Paper(f"{letter.place}.eml", UNIT, WRITER, at(letter.day, 8, 30), mail, "everyone")
    before = letter.key
    for turn, answer in enumerate(letter.answers, start=1):
        moment = at(letter.day, 9 + 3 * turn, 7 * turn % 60)
        if not answer.name:
            page = Html(
                f"<h1>名前のない返事</h1><p>{letter.title}（{month_day(letter.day)}）へ</p><p>{answer.text}</p>",
                "名前のない返事",
            )
            yield Paper(f"{letter.place}への返事 {turn}.html", UNIT, WRITER, at(letter.day, 18), page, "everyone")
            continue
        by = login_of(answer.name)
        key = f"{letter.key}-{turn}"
        to = [EVERYBODY] if by == WRITER else [WRITER]
        reply = Mail(by, to, f"Re: {subject}", answer.text + "\n", key=key, in_reply_to=before)
        yield Paper(f"{letter.place}への返事 {turn} {answer.name.split()[0]}.eml", UNIT, by, moment, reply, "everyone")
        before = key


def login_of(name: str) -> str:
    """Return the login of somebody who answered by name."""
    return next(person.login for person in people() if person.name == name)
