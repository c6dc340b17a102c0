"""The access journal: nothing is lost on the way, and whatever is done to it afterwards shows."""

from __future__ import annotations

import csv
import threading
import time

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from hiroba.foundation.changes import chain, heads, journal
from hiroba.foundation.changes.acts import UnknownAct
from hiroba.foundation.changes.exporting import COLUMNS, journal_csv
from hiroba.foundation.changes.journal import Journal, flush_journal, make_note, note, note_now
from hiroba.foundation.changes.models import JournalEntry
from hiroba.foundation.changes.verifying import Broken, verify_journal
from hiroba.foundation.refusal import Refusal


@pytest.fixture(autouse=True)
def head_file(either_database):
    heads.head_file().unlink(missing_ok=True)
    yield heads.head_file()
    heads.head_file().unlink(missing_ok=True)


def write_some(count: int) -> None:
    for subject_id in range(1, count + 1):
        note(7, "record.read", "record", subject_id, address="192.0.2.1", post="0402 主任")
    flush_journal()


def test_a_note_waits_and_is_written_whole():
    note(7, "search.made", detail="保育 入園", address="192.0.2.1", post="0402 主任", result="12")
    assert JournalEntry.objects.count() == 0
    assert flush_journal() == 1
    entry = JournalEntry.objects.get()
    assert (entry.number, entry.actor_id, entry.act, entry.detail) == (1, 7, "search.made", "保育 入園")
    assert (entry.address, entry.post, entry.result) == ("192.0.2.1", "0402 主任", "12")
    assert verify_journal() is None


def test_an_unlisted_act_is_refused():
    with pytest.raises(UnknownAct):
        note(7, "record.eaten")


def test_what_a_database_chokes_on_is_cut_and_replaced():
    note_now(7, "search.made", detail="\x00改\r\n行\ud83d" + "長" * 600)
    detail = JournalEntry.objects.get().detail
    assert detail.startswith(" 改  行?長")
    assert len(detail) == 500
    assert verify_journal() is None


def test_the_thread_writes_within_a_second_or_so():
    Journal().add(make_note(7, "record.read", "record", 1))
    deadline = time.monotonic() + 5
    while not JournalEntry.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert JournalEntry.objects.count() == 1


def test_writers_at_once_make_one_chain():
    def write(actor: int) -> None:
        try:
            for _ in range(5):
                note_now(actor, "administration.read")
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(actor,)) for actor in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(JournalEntry.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 41))
    assert verify_journal() is None


def test_an_entry_within_a_transaction_falls_with_it():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        note_now(7, "role.granted")
        _ = 1 / 0
    assert JournalEntry.objects.count() == 0
    write_some(1)
    assert verify_journal() is None


def refuse_to_write(_notes: object) -> None:
    raise DatabaseError("disk full")


def test_an_act_of_an_administrator_is_refused_when_it_cannot_be_written(monkeypatch):
    monkeypatch.setattr(journal, "append_notes", refuse_to_write)
    with pytest.raises(Refusal) as refused:
        note_now(7, "role.granted")
    assert refused.value.code == "JOURNAL-01"


def test_what_could_not_be_written_is_written_later_in_its_order(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(journal, "append_notes", refuse_to_write)
        note(7, "record.read", "record", 1)
        note(7, "record.read", "record", 2)
        with pytest.raises(DatabaseError):
            flush_journal()
    note(7, "record.read", "record", 3)
    flush_journal()
    assert list(JournalEntry.objects.order_by("number").values_list("subject_id", flat=True)) == ["1", "2", "3"]


def test_notes_beyond_capacity_are_counted_in_the_journal_itself(monkeypatch):
    monkeypatch.setattr(journal, "CAPACITY", 2)
    for subject_id in range(5):
        note(7, "record.read", "record", subject_id)
    flush_journal()
    last = JournalEntry.objects.order_by("-number")[0]
    assert (last.number, last.act, last.detail) == (3, "journal.lost", "3")


def test_an_edited_entry_is_named():
    write_some(5)
    JournalEntry.objects.filter(number=3).update(actor_id=8)
    assert verify_journal() == Broken(3, "edited")


def test_a_deleted_entry_is_named():
    write_some(5)
    JournalEntry.objects.filter(number=3).delete()
    assert verify_journal() == Broken(3, "missing")


def test_a_deleted_entry_is_named_when_the_rest_moves_up():
    write_some(5)
    JournalEntry.objects.filter(number=3).delete()
    for number in (4, 5):
        JournalEntry.objects.filter(number=number).update(number=F("number") - 1)
    assert verify_journal() == Broken(3, "moved")


def test_swapped_entries_are_named():
    write_some(5)
    for old, new in ((2, 99), (3, 2), (99, 3)):
        JournalEntry.objects.filter(number=old).update(number=new)
    assert verify_journal() == Broken(2, "moved")


def test_a_cut_off_end_is_named():
    write_some(3)
    write_some(2)
    JournalEntry.objects.filter(number__gt=3).delete()
    assert verify_journal() == Broken(4, "cut off")


def test_a_chain_that_was_forged_anew_differs_from_the_heads_written_apart():
    write_some(3)
    forged = JournalEntry.objects.get(number=3)
    forged.actor_id = 8
    forged.digest = chain.digest_of(forged.previous, 3, forged)
    forged.save()
    assert verify_journal() == Broken(3, "edited")


def test_a_lost_file_of_heads_is_named(head_file):
    write_some(3)
    head_file.unlink()
    assert verify_journal() == Broken(3, "head lost")


def test_a_kill_between_commit_and_head_is_no_damage(head_file):
    write_some(3)
    write_some(1)
    head_file.write_text("".join(head_file.read_text().splitlines(keepends=True)[:-1]) + "4 abc")
    assert verify_journal() is None


def test_the_file_of_heads_stays_small_and_still_shows_a_cut_off_end(head_file, monkeypatch):
    monkeypatch.setattr(heads, "LIMIT_BYTES", 2_000)
    monkeypatch.setattr(heads, "NEWEST", 5)
    for _ in range(80):
        write_some(1)
    assert head_file.stat().st_size < 2_000
    assert verify_journal() is None
    JournalEntry.objects.filter(number=80).delete()
    assert verify_journal() == Broken(80, "cut off")


def test_the_export_is_csv_in_which_nothing_becomes_a_formula():
    note(7, "search.made", detail='=HYPERLINK("http://example.jp")')
    note(None, "session.refused", detail='-1,"二"')
    flush_journal()
    header, first, second = csv.DictReader(journal_csv(), fieldnames=COLUMNS)
    assert header["number"] == "number"
    assert first["detail"] == '\'=HYPERLINK("http://example.jp")'
    assert first["act_in_words"] == "さがした"
    assert (second["actor_id"], second["detail"]) == ("", '\'-1,"二"')
