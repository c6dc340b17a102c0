"""Letters over SMTP: acknowledged only when kept, for known addresses, from known networks, relayed never."""

from __future__ import annotations

import ipaddress
import smtplib
import socket
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils import timezone

from hiroba.archive.originals import path_of
from hiroba.connectors import post as door
from hiroba.foundation.access.audiences import find_or_add_audience, principals_in
from hiroba.foundation.access.principals import of_unit
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest import letters
from hiroba.ingest.models import Item, Source
from hiroba.ingest.post import receive_post
from tests.dovecot import free_port
from tests.world import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)
MAIL = b"Subject: =?utf-8?b?6Iqx5aOH?=\r\nFrom: a@example.jp\r\nMessage-ID: <%d@example.jp>\r\n\r\n%s\r\n"


@pytest.fixture
def world(transactional_db: None) -> World:
    return build_world()


@pytest.fixture
def opened(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    port = free_port()
    monkeypatch.setattr(settings, "POST_LISTEN", f"127.0.0.1:{port}")
    wheel = receive_post()
    next(wheel)
    yield port
    wheel.close()


def address(world: World, login: str = "kondo", unit: str = "0702", name: str = "kouen@hiroba.example") -> Source:
    now = timezone.now()
    return Source.objects.create(
        kind="post",
        name=name,
        settings={"address": name},
        person=world.people[login],
        unit=world.units[unit],
        audience=find_or_add_audience([of_unit(unit)]),
        due_at=now,
        created_at=now,
    )


def send(port: int, content: bytes, *to: str) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        return client.sendmail("taro@example.jp", list(to), content)


def test_a_forwarded_letter_is_kept_for_the_addresss_unit_before_it_is_acknowledged(world: World, opened: int) -> None:
    address(world)
    send(opened, MAIL % (1, "本文".encode()), "Kouen@Hiroba.example")
    item = Item.objects.get()
    assert item.original is not None
    assert path_of(item.original.sha256).read_bytes().endswith("本文\r\n".encode())
    assert (item.batch.person, item.batch.unit) == (world.kondo, world.units["0702"])
    assert principals_in(item.batch.audience_id) == {of_unit("0702")}


def test_what_is_not_kept_is_not_acknowledged_and_comes_again_once(
    world: World, opened: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    address(world)

    def full(*_arguments: object) -> None:
        raise Refusal("INGEST-05")

    monkeypatch.setattr(letters, "store_bytes", full)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(opened, MAIL % (1, b"x"), "kouen@hiroba.example")
    assert refused.value.smtp_code == 452
    monkeypatch.undo()
    monkeypatch.setattr(letters, "add_item", full)
    for _ in range(2):
        with pytest.raises(smtplib.SMTPDataError):
            send(opened, MAIL % (1, b"x"), "kouen@hiroba.example")
    assert not Item.objects.exists()
    monkeypatch.undo()
    for _ in range(3):  # a sender that missed our answer comes again
        send(opened, MAIL % (1, b"x"), "kouen@hiroba.example")
    assert Item.objects.count() == 1


def test_one_letter_to_two_units_is_kept_for_each_with_its_own_audience(world: World, opened: int) -> None:
    address(world)
    address(world, "kimura", "0402", "kosodate@hiroba.example")
    send(opened, MAIL % (1, b"x"), "kouen@hiroba.example", "kosodate@hiroba.example")
    kept = {item.batch.unit: principals_in(item.batch.audience_id) for item in Item.objects.all()}
    assert kept == {world.units["0702"]: {"unit:0702"}, world.units["0402"]: {"unit:0402"}}


@pytest.mark.parametrize("to", ["taro@gmail.example", "nobody@hiroba.example", "kouen@hiroba.example@evil.example"])
def test_nothing_is_relayed(world: World, opened: int, to: str) -> None:
    address(world)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(opened, MAIL % (1, b"x"), to)
    assert next(iter(refused.value.recipients.values()))[0] in (550, 553, 501)
    assert not Item.objects.exists()


def test_an_address_that_is_switched_off_or_whose_person_left_takes_nothing(world: World, opened: int) -> None:
    source = address(world)
    Source.objects.update(is_on=False)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(opened, MAIL % (1, b"x"), "kouen@hiroba.example")
    Source.objects.update(is_on=True)
    Person.objects.filter(pk=world.kondo.pk).update(is_active=False)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(opened, MAIL % (1, b"x"), "kouen@hiroba.example")
    source.refresh_from_db()
    assert source.last_code == "SOURCE-05"


def test_a_letter_of_fifty_megabytes_comes_and_one_over_the_limit_is_refused_clearly(world: World, opened: int) -> None:
    address(world)
    line = b"x" * 998 + b"\r\n"
    send(opened, MAIL % (1, line * 53_000), "kouen@hiroba.example")
    assert Item.objects.get().original.size > 50 * 1024 * 1024  # type: ignore[union-attr]
    with smtplib.SMTP("127.0.0.1", opened, timeout=60) as client:
        client.ehlo()
        client.esmtp_features.pop("size")  # a sender that does not say beforehand how much it is
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("a@example.jp", ["kouen@hiroba.example"], MAIL % (2, line * 64_000))
        assert (refused.value.smtp_code, b"at most 60 MB" in refused.value.smtp_error) == (552, True)
        code, _said = client.docmd("MAIL", "FROM:<a@example.jp> SIZE=99999999")
        assert code == 552
    assert Item.objects.count() == 1


def test_strange_letters_are_kept_as_they_came(world: World, opened: int) -> None:
    address(world)
    strange = b"Subject: " + "生の漢字".encode("cp932") + b"\r\n\r\n..\r\n" + b"y" * 20_000 + b"\r\n\xff\xfe"
    send(opened, strange, "kouen@hiroba.example")
    original = Item.objects.get().original
    assert original is not None
    assert path_of(original.sha256).read_bytes() == strange + b"\r\n"


def test_a_connection_that_breaks_in_the_middle_leaves_nothing(world: World, opened: int) -> None:
    address(world)
    with socket.create_connection(("127.0.0.1", opened)) as sock:
        for line in (b"EHLO x", b"MAIL FROM:<a@b.example>", b"RCPT TO:<kouen@hiroba.example>", b"DATA"):
            sock.recv(1000)
            sock.sendall(line + b"\r\n")
        sock.recv(1000)
        sock.sendall(b"Subject: half a letter\r\n\r\nand then")
    send(opened, MAIL % (1, b"whole"), "kouen@hiroba.example")
    assert Item.objects.count() == 1


def test_other_networks_are_not_even_greeted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    address(world)
    port = free_port()
    monkeypatch.setattr(settings, "POST_LISTEN", f"127.0.0.1:{port}")
    monkeypatch.setattr(settings, "POST_NETWORKS", "10.0.0.0/8")
    wheel = receive_post()
    next(wheel)
    try:
        with pytest.raises(smtplib.SMTPResponseException) as refused:
            smtplib.SMTP("127.0.0.1", port, timeout=10)
        assert refused.value.smtp_code == 554
    finally:
        wheel.close()


def test_networks_hold_for_mapped_addresses_too() -> None:
    networks = door.read_networks("10.0.0.0/8,::1/128")
    assert networks[0] == ipaddress.ip_network("10.0.0.0/8")
    told = {each: door._is_from(each, networks) for each in ("10.1.2.3", "::ffff:10.1.2.3", "::1", "11.0.0.1", "x", "")}
    assert list(told.values()) == [True, True, True, False, False, False]


@pytest.mark.parametrize("listen", ["2525", "host:", "host:99999", "host:abc"])
def test_a_setting_that_makes_no_sense_is_told(monkeypatch: pytest.MonkeyPatch, listen: str) -> None:
    monkeypatch.setattr(settings, "POST_LISTEN", listen)
    with pytest.raises(Refusal) as refused:
        next(receive_post())
    assert refused.value.code == "SOURCE-04"
