"""Mail over IMAP, from a real dovecot: once each, in order, whatever vanishes in the middle."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from imapclient import IMAPClient

from hiroba.archive.models import Record
from hiroba.archive.originals import path_of
from hiroba.connectors import imap
from hiroba.extract import files
from hiroba.extract.mail_identity import identity_of
from hiroba.foundation.access.audiences import find_or_add_audience, principals_in
from hiroba.foundation.access.principals import of_unit
from hiroba.foundation.secret_files import keep_secret
from hiroba.ingest import letters
from hiroba.ingest.models import Item, ItemState, Source
from hiroba.ingest.sources import secret_name, visit_source
from hiroba.ingest.working import work_once
from tests.dovecot import PASSWORD, Dovecot
from tests.world import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = itertools.count(1)


class Directly:
    """Reads in this process: what reads safely has tests of its own."""

    def extract(self, path: Path, name: str) -> Any:
        return files.extract(path, name)


@pytest.fixture(scope="module")
def running() -> Iterator[Dovecot]:
    server = Dovecot()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(running: Dovecot) -> Dovecot:
    """Give the server with a mailbox nobody has used yet."""
    running.user = f"kouen{next(COUNT)}"
    return running


@pytest.fixture
def world(transactional_db: None) -> World:
    """The office on one database: what differs between them is tested with the sources themselves."""
    return build_world()


def letter(number: int, text: str = "", **heads: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = f"花壇の件 {number}"
    message["From"] = "市民 花子 <hanako@example.jp>"
    message["To"] = "kouen@mirai.example"
    message["Message-ID"] = f"<{number}@example.jp>"
    message["Date"] = "Fri, 20 Nov 2026 10:00:00 +0900"
    for name, value in heads.items():
        message[name.replace("_", "-")] = value
    message.set_content(text or f"{number} 番の花壇の水やりについて。")
    return message.as_bytes()


def mailbox(world: World, server: Dovecot, **other: str) -> Source:
    now = timezone.now()
    user = server.user
    known = {"host": "127.0.0.1", "port": str(server.port), "user": user, "folder": "INBOX", "security": "none"}
    source = Source.objects.create(
        kind="imap",
        name=user,
        settings=known | {"move_to": ""} | other,
        person=world.kondo,
        unit=world.units["0702"],
        audience=find_or_add_audience([of_unit("0702")]),
        due_at=now,
        created_at=now,
    )
    keep_secret(secret_name(source.pk, "password"), PASSWORD)
    return source


def deliver(server: Dovecot, *contents: bytes, folder: str = "") -> None:
    for content in contents:
        server.deliver(content, folder)


def visit(source: Source) -> tuple[int, str]:
    count = visit_source(source)
    source.refresh_from_db()
    return count, source.last_code


def numbers() -> list[int]:
    """Give the number of each letter that came, in the order they came."""
    texts = [path_of(item.original.sha256).read_bytes() for item in Item.objects.order_by("pk") if item.original]
    return [int(text.split(b"Message-ID: <")[1].split(b"@")[0]) for text in texts]


def test_new_letters_come_once_and_in_order(world: World, server: Dovecot) -> None:
    source = mailbox(world, server)
    deliver(server, *[letter(number) for number in (1, 2, 3)])
    assert visit(source) == (3, "")
    assert visit(source) == (0, "")
    deliver(server, letter(4))
    assert visit(source) == (1, "")
    assert numbers() == [1, 2, 3, 4]


def test_a_letter_becomes_a_record_of_the_mailboxs_unit_with_its_attachment(world: World, server: Dovecot) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["Message-ID"] = "見積書", "業者 <g@example.jp>", "<m@example.jp>"
    message.set_content("見積書をお送りします。")
    message.add_attachment("単価,100\n".encode("cp932"), "text", "csv", filename="見積.csv")
    deliver(server, message.as_bytes())
    visit(mailbox(world, server))
    while work_once(Directly(), 10):
        pass
    records = {record.kind: record for record in Record.objects.all()}
    assert (records["mail"].title, records["sheet"].file_name) == ("見積書", "見積.csv")
    for record in records.values():
        assert (record.owner, record.unit) == (world.kondo, world.units["0702"])
        assert principals_in(record.audience_id) == {of_unit("0702")}


def test_nothing_is_written_on_the_server(world: World, server: Dovecot) -> None:
    deliver(server, letter(1))
    visit(mailbox(world, server))
    with IMAPClient("127.0.0.1", server.port, ssl=False) as client:
        client.plain_login(server.user, PASSWORD)
        assert client.select_folder("INBOX", readonly=True)[b"EXISTS"] == 1
        assert client.search("SEEN") == []


def test_told_to_move_it_moves_what_is_committed_and_takes_nothing_twice(world: World, server: Dovecot) -> None:
    source = mailbox(world, server, move_to="取込済")
    deliver(server, letter(1), letter(2))
    assert visit(source) == (2, "")
    deliver(server, letter(2), letter(3))  # one that came before, put back by somebody
    assert visit(source) == (1, "")
    with IMAPClient("127.0.0.1", server.port, ssl=False) as client:
        client.plain_login(server.user, PASSWORD)
        assert client.select_folder("INBOX", readonly=True)[b"EXISTS"] == 0
        assert client.select_folder("取込済", readonly=True)[b"EXISTS"] == 4
    assert numbers() == [1, 2, 3]


def test_a_server_that_vanishes_between_letters_loses_and_doubles_none(
    world: World, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = mailbox(world, server)
    deliver(server, *[letter(number) for number in range(1, 21)])
    add, done = letters.add_item, []

    def adding(*arguments: Any, **named: Any) -> Item:
        done.append(1)
        if len(done) == 7:
            server.kill()
        return add(*arguments, **named)

    monkeypatch.setattr(letters, "add_item", adding)
    assert visit(source)[1] == "SOURCE-01"
    assert len(numbers()) == 7
    server.start()
    assert visit(source) == (13, "")
    assert numbers() == list(range(1, 21))


def test_a_server_that_vanishes_within_a_letter_leaves_no_half_of_it(
    world: World, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = mailbox(world, server)
    deliver(server, letter(1), letter(2, "長い手紙です。" * 400_000))
    whole = imap.Opened.pieces_of

    def breaking(self: imap.Opened, each: imap.Letter) -> Iterator[bytes]:
        for count, piece in enumerate(whole(self, each)):
            if count == 1:
                server.kill()
            yield piece

    monkeypatch.setattr(imap.Opened, "pieces_of", breaking)
    assert visit(source)[1] == "SOURCE-01"
    assert numbers() == [1]
    assert list(Path(settings.INCOMING_DIR).iterdir()) == []
    monkeypatch.undo()
    server.start()
    assert visit(source) == (1, "")
    assert numbers() == [1, 2]


def test_a_process_that_dies_before_the_commit_takes_the_letter_the_next_time(
    world: World, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = mailbox(world, server)
    deliver(server, letter(1), letter(2))

    def dying(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(letters, "keep_checkpoint", dying)
    with pytest.raises(KeyboardInterrupt):
        visit_source(source)
    assert numbers() == []
    monkeypatch.undo()
    assert visit(source) == (2, "")


def test_a_mailbox_that_is_numbered_anew_is_read_again_and_nothing_doubled(world: World, server: Dovecot) -> None:
    source = mailbox(world, server)
    deliver(server, letter(1), letter(2))
    visit(source)
    Source.objects.filter(pk=source.pk).update(checkpoint={"validity": 1, "uid": 900})
    deliver(server, letter(3))
    assert visit(source) == (1, "")
    assert numbers() == [1, 2, 3]
    assert source.checkpoint["validity"] > 1


def test_the_same_mail_by_two_ways_is_taken_once_and_another_with_its_name_is_not_it(
    world: World, server: Dovecot, tmp_path: Path
) -> None:
    source = mailbox(world, server)
    by_list = letter(1).replace(b"\n", b"\r\n")
    deliver(server, letter(1), b"Received: from relay.example\r\nDelivered-To: kouen\r\n" + by_list + b"\r\n")
    assert visit(source) == (1, "")
    deliver(server, letter(1, "同じ番号を名乗る、別の手紙。"))
    assert visit(source) == (1, "")
    paths = [tmp_path / name for name in ("a", "b")]
    paths[0].write_bytes(letter(1))
    paths[1].write_bytes(letter(1).replace(b"hanako", b"taro"))
    assert identity_of(paths[0]) != identity_of(paths[1])


def test_a_letter_over_the_limit_is_told_and_the_next_ones_come(
    world: World, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = mailbox(world, server)
    deliver(server, letter(1, "大" * 5000), letter(2))
    monkeypatch.setattr(settings, "UPLOAD_LIMIT", 4096)
    assert visit(source) == (1, "")
    assert visit(source) == (0, "")
    refused = Item.objects.get(state=ItemState.FAILED)
    assert refused.code == "INGEST-04"
    assert numbers() == [2]


def test_a_full_disk_stops_the_visit_before_the_letter(
    world: World, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hiroba.foundation.refusal import Refusal

    source = mailbox(world, server)
    deliver(server, letter(1))

    def full(*_arguments: Any) -> None:
        raise Refusal("INGEST-05")

    monkeypatch.setattr(letters, "store_bytes", full)
    assert visit(source)[1] == "INGEST-05"
    monkeypatch.undo()
    assert visit(source) == (1, "")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_offices_own_authority_is_trusted_and_no_other(
    world: World, server: Dovecot, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    port = server.tls_port if security == "tls" else server.port
    source = mailbox(world, server, security=security, port=str(port), host="localhost")
    deliver(server, letter(1))
    assert visit(source) == (0, "SOURCE-10")
    monkeypatch.setattr(settings, "CA_FILE", str(server.certificate))
    assert visit(source) == (1, "")


def test_what_stands_in_the_way_has_its_code(world: World, server: Dovecot) -> None:
    deliver(server, letter(1))
    source = mailbox(world, server, folder="ない場所")
    assert visit(source)[1] == "SOURCE-03"
    assert source.last_params == {"place": "ない場所"}
    source.settings["folder"] = "INBOX"
    source.settings["port"] = "1"
    source.save()
    assert visit(source)[1] == "SOURCE-01"
    source.settings["port"] = str(server.port)
    source.save()
    keep_secret(secret_name(source.pk, "password"), "違うもの")
    assert visit(source)[1] == "SOURCE-02"


def test_a_server_that_says_nothing_is_given_up(world: World, server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    from imapclient import SocketTimeout

    monkeypatch.setattr(imap, "TIMEOUT", SocketTimeout(connect=1, read=1))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        threading.Thread(target=lambda: silent.accept(), daemon=True).start()
        source = mailbox(world, server, port=str(silent.getsockname()[1]))
        assert visit(source)[1] == "SOURCE-01"
