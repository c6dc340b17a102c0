"""The people of みらい区: named ones as the stories know them, the others from a pool of names, each with posts and periods."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from types import MappingProxyType

from demo.calendar import fiscal_year

TEXTS = Path(__file__).parent / "texts"
MAIL_DOMAIN = "city.mirai.example"
COLUMNS = [
    "職員番号",
    "ログイン",
    "氏名",
    "ふりがな",
    "メール",
    "部署コード",
    "部署名",
    "上位部署コード",
    "職",
    "区分",
    "開始日",
    "終了日",
]
SITES = ("040301", "040302", "060201")  # nobody there has a PC or a mail address of their own
RANKS = ("係員", "係員", "主任", "係員", "会計年度任用職員", "係員", "主任")


@dataclass(frozen=True)
class Unit:
    code: str
    name: str
    staff: int


@dataclass(frozen=True)
class Person:
    """One of the office; `unit` and `post` are the main ones of today."""

    login: str
    number: str
    name: str
    reading: str
    unit: str
    post: str

    @property
    def family(self) -> str:
        """The family name alone, as colleagues say it."""
        return self.name.split(" ")[0]

    @property
    def mail(self) -> str:
        """The address, or nothing for the people of sites without a PC."""
        return "" if self.unit in SITES and self.post != "園長" else f"{self.login}@{MAIL_DOMAIN}"


@dataclass(frozen=True)
class Post:
    """A person's place in a unit from one day to another (`until` None: open)."""

    person: Person
    unit: str
    title: str
    since: date
    until: date | None = None
    kind: str = "本務"


def _lines(name: str) -> Iterator[list[str]]:
    for line in (TEXTS / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split()


@lru_cache
def units() -> dict[str, Unit]:
    """Return every unit of today by code."""
    return {code: Unit(code, name, int(staff)) for code, name, staff in _lines("units.txt")}


def parent_of(code: str) -> str:
    """Return the code of the unit above, or "" for a 部; 総合支所 keep their sections under 110100."""
    if code.endswith("0100") and len(code) == 6:
        return code[:2]
    return code[:-2]


def unit_name(code: str) -> str:
    """Return the unit's own name."""
    return units()[code].name


def folder(code: str) -> str:
    """Return the folder of a section as its papers begin with it, a 係 inside its 課: "0402 子育て支援課/入園係"."""
    parent = parent_of(code)
    if len(code) == 6 and len(parent) == 2:
        return f"{code} {unit_name(parent)}{unit_name(code)}"
    if len(parent) == 4:
        return f"{folder(parent)}/{unit_name(code)}"
    return f"{code} {unit_name(code)}"


@lru_cache
def people() -> tuple[Person, ...]:
    """Return everybody, the named ones first, in a fixed order."""
    found = [
        Person(login, "", f"{family} {given}", f"{family_kana} {given_kana}", unit, post)
        for unit, post, login, family, given, family_kana, given_kana in _lines("cast.txt")
    ]
    found += _pool({person.name for person in found})
    return tuple(replace(person, number=f"{103200 + index * 37:06d}") for index, person in enumerate(found))


def _pool(taken: set[str]) -> Iterator[Person]:
    """Yield the colleagues without a part of their own, spread over the sections; a family name may come twice."""
    chance = Random(9)
    families = list(_lines("names.txt"))
    given = list(_lines("given.txt"))
    chance.shuffle(families)
    index = 0
    for unit in units().values():
        for place in range(unit.staff):
            family, family_kana, login = families[index % len(families)]
            first, first_kana = given[(index * 7 + index // len(given)) % len(given)]
            if f"{family} {first}" in taken:
                first, first_kana = given[(index * 7 + 3) % len(given)]
            suffix = "" if index < len(families) else f"_{index // len(families) + 1}"
            post = RANKS[(index + place) % len(RANKS)]
            yield Person(login + suffix, "", f"{family} {first}", f"{family_kana} {first_kana}", unit.code, post)
            index += 1


@lru_cache
def _by_login() -> dict[str, Person]:
    return {person.login: person for person in people()}


def get_person(login: str) -> Person:
    """Return the person of that login; KeyError when nobody has it."""
    return _by_login()[login]


def head_of(code: str) -> Person:
    """Return who leads the unit (部長, 課長, 係長, 園長…)."""
    return next(person for person in people() if person.unit == code)


def staff_of(code: str) -> list[Person]:
    """Return the people whose main post is in the unit or below it, the head first."""
    return [person for person in people() if person.unit == code or parent_of(person.unit) == code]


def address(who: str) -> str:
    """Return "氏名 <login@…>" for a login; a full address is passed through."""
    if "@" in who:
        return who
    person = get_person(who)
    return f"{person.name} <{person.login}@{MAIL_DOMAIN}>"


# --- posts over two years --------------------------------------------------------------------


def posts(today: date) -> list[Post]:
    """Return every post from the start of last fiscal year until after next 1 April, as the office knows them today."""
    this_april = date(fiscal_year(today), 4, 1)
    chance = Random(17)
    found: list[Post] = []
    for person in people():
        found += _posts_of(person, this_april, chance)
    return found


def _posts_of(person: Person, april: date, chance: Random) -> list[Post]:
    next_april = april.replace(year=april.year + 1)
    since = date(april.year - chance.choice((1, 1, 2, 3, 4)), 4, 1)
    if person.post in ("委託", "会計年度任用職員"):
        return [Post(person, person.unit, person.post, april, next_april - timedelta(days=1))]
    if person.login in MOVES:
        return _story_posts(person, april, next_april, since)
    if person.unit == "0403":  # split off 子育て支援課 last 1 April
        return _moved(person, "0402", since, april)
    if len(person.unit) >= 4 and chance.random() < 0.15:
        before = chance.choice([code for code in units() if len(code) == 4 and code not in ("0403", person.unit)])
        return _moved(person, before, since, april)
    return [Post(person, person.unit, person.post, since)]


def _moved(person: Person, before: str, since: date, april: date) -> list[Post]:
    title = "係長" if person.post == "課長" else person.post
    return [
        Post(person, before, title, since, april - timedelta(days=1)),
        Post(person, person.unit, person.post, april),
    ]


# What next 1 April has ready (story 11 and 6), and the 兼務 of today: login → (unit, post, kind, is it from next April)
MOVES: dict[str, tuple[str, str, str, bool]] = {
    "sato": ("0401", "係長", "本務", True),
    "tanaka": ("0301", "主任", "本務", True),
    "nakagawa": ("0403", "課長", "兼務", True),
    "ogawa": ("0101", "係長", "兼務", False),
    "konno": ("0401", "係長", "兼務", False),
    "hori": ("0901", "係長", "兼務", False),
    "sugiyama": ("0201", "係長", "兼務", False),
    "koike": ("0104", "主任", "兼務", False),
}


def _story_posts(person: Person, april: date, next_april: date, since: date) -> list[Post]:
    unit, title, kind, is_next = MOVES[person.login]
    start = next_april if is_next else april
    until = next_april - timedelta(days=1) if kind == "本務" else None
    main = [Post(person, person.unit, person.post, since, until)]
    if person.unit == "0403":
        main = _moved(person, "0402", since, april)
    return [*main, Post(person, unit, title, start, None, kind)]


def merger(today: date) -> list[Post]:
    """Return the posts of those whom next 1 April brings from 環境課 and 清掃課 into 環境清掃課 (0603)."""
    next_april = date(fiscal_year(today) + 1, 4, 1)
    rows: list[Post] = []
    for post in posts(today):
        if post.until is not None or post.unit not in ("0601", "0602", "060201"):
            continue
        rows.append(replace(post, until=next_april - timedelta(days=1)))
        unit = "060301" if post.unit == "060201" else "0603"
        rows.append(replace(post, unit=unit, since=next_april))
    return rows


NEW_UNITS = {"0603": "環境清掃課", "060301": "清掃事務所"}


MERGED_INTO = {"0601": "0603", "0602": "0603", "060201": "060301"}


def csv_of(rows: Sequence[Post], successors: Mapping[str, str] = MappingProxyType({})) -> str:
    """Write posts as the people CSV of the contract, dates as 2026-04-01, an open end as an empty cell.

    `successors` names for each unit that ends the one that takes over (column 後継)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*COLUMNS, "後継"] if successors else COLUMNS)
    for post in rows:
        who = post.person
        name = NEW_UNITS.get(post.unit) or unit_name(post.unit)
        until = post.until.isoformat() if post.until else ""
        own = [who.number, who.login, who.name, who.reading, who.mail, post.unit, name, parent_of(post.unit)]
        writer.writerow([*own, post.title, post.kind, post.since.isoformat(), until])
    for code, successor in successors.items():
        writer.writerow([*[""] * 5, code, unit_name(code), parent_of(code), *[""] * 4, successor])
    return out.getvalue()
