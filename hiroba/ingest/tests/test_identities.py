"""From access lists to audiences: a table of cases, each narrower where something is unknown."""

from __future__ import annotations

import struct

import pytest
from django.utils import timezone

from hiroba.connectors.ntfs_access import EVERYBODY, Access, DamagedError, read_access
from hiroba.foundation.access.audiences import find_or_add_audience
from hiroba.foundation.access.principals import EVERYONE
from hiroba.ingest.identities import Narrowing
from hiroba.ingest.models import OutsideIdentity, Source
from tests.world import World, build_world

A, B, C = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002", "S-1-5-32-545"
READ, GENERIC_READ, WRITE = 0x00120089, 0x80000000, 0x00000002


def sid(text: str) -> bytes:
    _s, revision, authority, *parts = text.split("-")
    numbers = [int(part) for part in parts]
    return (
        bytes([int(revision), len(numbers)])
        + int(authority).to_bytes(6, "big")
        + struct.pack(f"<{len(numbers)}I", *numbers)
    )


def entry(kind: int, mask: int, who: str, flags: int = 0) -> bytes:
    body = struct.pack("<I", mask) + sid(who)
    return struct.pack("<BBH", kind, flags, len(body) + 4) + body


def descriptor(*entries: bytes, control: int = 0x8004) -> bytes:
    listed = b"".join(entries)
    acl = struct.pack("<BBHHH", 2, 0, len(listed) + 8, len(entries), 0) + listed
    return struct.pack("<BBHIIII", 1, 0, control, 0, 0, 0, 20) + acl


def test_a_list_says_who_may_read_and_who_may_not() -> None:
    found = read_access(descriptor(entry(1, READ, B), entry(0, READ, A), entry(0, GENERIC_READ, C), entry(0, WRITE, B)))
    assert found == Access((A, C), (B,))


def test_what_is_only_inherited_does_not_count_and_conditions_count_against() -> None:
    found = read_access(descriptor(entry(0, READ, A, flags=0x08), entry(9, READ, B), entry(0x0A, READ, C)))
    assert found == Access((), (C,))
    assert read_access(descriptor(entry(6, READ, A))).is_unclear


def test_no_list_is_everybody_and_an_empty_one_nobody() -> None:
    assert read_access(struct.pack("<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0)) == Access((EVERYBODY,))
    assert read_access(descriptor()) == Access()


def test_a_damaged_descriptor_is_refused_wherever_it_breaks_off() -> None:
    whole = descriptor(entry(1, READ, B), entry(0, READ, A))
    for length in range(len(whole)):
        with pytest.raises(DamagedError):
            read_access(whole[:length])
    for at in range(len(whole)):
        for value in (0, 1, 0xFF):
            broken = whole[:at] + bytes([value]) + whole[at + 1 :]
            try:
                found = read_access(broken)
            except DamagedError:
                continue
            assert isinstance(found, Access)


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def narrowed(world: World, access: Access, bound: list[str], **mapped: list[str]) -> set[str]:
    now = timezone.now()
    names = {"a": A, "b": B, "c": C}
    for key, principals in mapped.items():
        said = [each.format(**{login: person.pk for login, person in world.people.items()}) for each in principals]
        OutsideIdentity.objects.create(name=names[key], audience=find_or_add_audience(said), changed_at=now)
    source = Source.objects.create(
        kind="smb", name="x", person=world.nakagawa, audience=find_or_add_audience(bound), due_at=now, created_at=now
    )
    logins = {f"person:{person.pk}": f"person:{login}" for login, person in world.people.items()}
    return {logins.get(each, each) for each in Narrowing(source).audience(access)}


OWN = {"person:nakagawa"}
SECTION = ["unit:0402"]
CASES = [
    # what the list says, how it is mapped, whom it is for
    (Access((A,)), {}, OWN),
    (Access(), {"a": SECTION}, OWN),
    (Access((A,)), {"a": SECTION}, {"unit:0402"}),
    (Access((A,)), {"a": ["unit:040201"]}, {"unit:040201"}),
    (Access((A,)), {"a": ["unit:04"]}, {"unit:0402"}),
    (Access((A,)), {"a": [EVERYONE]}, {"unit:0402"}),
    (Access((A,)), {"a": ["unit:0702"]}, OWN),
    (Access((A,)), {"a": ["person:{kimura}"]}, {"person:kimura"}),
    (Access((A,)), {"a": ["person:{kondo}"]}, OWN),
    (Access((A, B)), {"a": ["unit:040201"], "b": ["unit:040202"]}, {"unit:040201", "unit:040202"}),
    (Access((A,), (B,)), {"a": SECTION}, OWN),  # it is not known who is denied
    (Access((A,), (B,)), {"a": SECTION, "b": ["unit:0702"]}, {"unit:0402"}),
    (Access((A,), (B,)), {"a": SECTION, "b": ["person:{kimura}"]}, OWN),  # she is one of the section
    (Access((A,), (B,)), {"a": SECTION, "b": ["person:{kondo}"]}, {"unit:0402"}),
    (Access((A, C), (B,)), {"a": ["unit:040201"], "b": ["person:{kimura}"], "c": ["unit:040202"]}, {"unit:040202"}),
    (Access((A,), (A,)), {"a": SECTION}, OWN),
    (Access((A,), (B,)), {"a": SECTION, "b": [EVERYONE]}, OWN),
    (Access((A,), (B,)), {"a": SECTION, "b": ["team:1"]}, OWN),  # who is in a team changes
    (Access((A,), is_unclear=True), {"a": SECTION}, OWN),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_each_list_becomes_an_audience_no_wider_than_it(world: World, number: int) -> None:
    access, mapped, expected = CASES[number]
    assert narrowed(world, access, SECTION, **mapped) == expected
