"""One small ward office, a cut of みらい区: the same people and units in every test."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from django.utils import timezone

from hiroba.archive import gate
from hiroba.archive.arrivals import Arrival, Kept, keep_arrival
from hiroba.archive.kinds import kind_of
from hiroba.archive.originals import add_original, store_bytes
from hiroba.extract.passages import Extraction, Passage
from hiroba.foundation.access.principals import EVERYONE, of_person, of_unit
from hiroba.foundation.people.models import (
    Membership,
    Person,
    Post,
    RoleGrant,
    RoleName,
    Team,
    Unit,
    UnitTerm,
)
from hiroba.foundation.people.queries import section_of

LONG_AGO = dt.date(2020, 4, 1)
PASSWORD = "みらい-ひろば-2026"
UNITS = {
    "00": ("区長室", None),
    "01": ("企画部", None),
    "0102": ("DX推進課", "01"),
    "04": ("こども部", None),
    "0402": ("子育て支援課", "04"),
    "040201": ("入園係", "0402"),
    "040202": ("相談係", "0402"),
    "07": ("土木部", None),
    "0702": ("公園課", "07"),
}
PEOPLE = {
    "kimura": ("木村 直美", "きむら なおみ", "040201", "主任"),
    "sato": ("佐藤 花子", "さとう はなこ", "040201", "入園係長"),
    "nakagawa": ("中川 誠", "なかがわ まこと", "0402", "課長"),
    "yamamoto": ("山本 一郎", "やまもと いちろう", "00", "副区長"),
    "ogawa": ("小川 恵", "おがわ めぐみ", "0102", "係長"),
    "kondo": ("近藤 学", "こんどう まなぶ", "0702", "係員"),
    "endo": ("遠藤 光", "えんどう ひかる", "0102", "情報セキュリティ担当"),
    "guest": ("外山 透", "とやま とおる", "0102", "委託"),
}


@dataclass
class World:
    """The office and what a test does in it, through the same doors as everybody."""

    people: dict[str, Person] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)

    def __getattr__(self, login: str) -> Person:
        try:
            return self.__dict__["people"][login]
        except KeyError:
            raise AttributeError(login) from None

    def keep(
        self,
        owner: Person,
        name: str,
        *texts: str,
        to: str | frozenset[str] = EVERYONE,
        key: str = "",
        passages: tuple[Passage, ...] = (),
    ) -> Kept:
        """Keep a record of paragraphs (or `passages`) as `owner`, for `to`: "everyone", "section" or principals."""
        found = passages or tuple(Passage(f"par={n}", text) for n, text in enumerate(texts, start=1))
        extraction = Extraction(passages=found, extractor="test/1")
        section = section_of(owner)
        sets = {EVERYONE: {EVERYONE}, "section": {of_unit(section or "")}, "self": {of_person(owner.pk)}}
        stored = store_bytes(["\n".join(passage.text for passage in found).encode(), name.encode()])
        arrival = Arrival(
            source="test",
            external_key=key or name,
            file_name=name,
            kind=kind_of(name),
            title=Path(name).stem,
            original=add_original(stored, name),
            extraction=extraction,
            owner=owner,
            principals=frozenset(sets[to]) if isinstance(to, str) else to,
            dated_at=timezone.now(),
            unit=self.units.get(section or ""),
        )
        return keep_arrival(arrival, gate.examine(extraction))


def build_world(password: str = "") -> World:
    """Make units, people, a team and roles; passwords only where a test signs in by the form (Argon2 is slow)."""
    world = World()
    for code, (name, parent) in UNITS.items():
        unit = Unit.objects.create(code=code)
        world.units[code] = unit
        UnitTerm.objects.create(unit=unit, name=name, parent=world.units.get(parent or ""), from_on=LONG_AGO)
    for number, (login, (name, reading, unit, title)) in enumerate(PEOPLE.items(), start=1001):
        person = Person(
            login=login, name=name, reading=reading, staff_number=str(number), mail=f"{login}@mirai.invalid"
        )
        if password:
            person.set_password(password)
        else:
            person.set_unusable_password()
        person.save()
        until = timezone.localdate() + dt.timedelta(days=120) if login == "guest" else None
        Post.objects.create(person=person, unit=world.units[unit], title=title, from_on=LONG_AGO, until_on=until)
        world.people[login] = person
    team = Team.objects.create(name="窓口改善PT")
    for login in ("ogawa", "sato"):
        Membership.objects.create(team=team, person=world.people[login], from_on=LONG_AGO)
    RoleGrant.objects.create(person=world.people["endo"], role=RoleName.ADMINISTRATOR, from_on=LONG_AGO)
    return world
