"""Fault 5: the same file many times at once, and one folder imported twice at once."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults.calling import Answer, Caller
from tests.faults.looking import kept_records, rows, wait_until_all_is_read
from tests.journeys.office import ROOT, Office


def test_5_the_same_file_twenty_times_at_once_is_one_original_and_a_record_for_each_who_brought_it(
    office: Office, kimura: Caller, kondo: Caller
) -> None:
    content = "統合案の検討メモ、二十回分の同じ中身。".encode()
    batches = [(caller, caller.open_batch()) for caller in (kimura, kondo)]

    def send(number: int) -> Answer:
        caller, batch = batches[number % 2]
        return caller.upload(batch, "検討メモ.txt", content)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(send, range(20)))
    assert [answer.status for answer in answers] == [201] * 20
    # Nothing in an answer tells that somebody else has the same.
    assert {answer.json()["state"] for answer in answers} <= {"received", "failed"}
    assert {answer.json()["said"][:0] for answer in answers} == {""}
    assert wait_until_all_is_read(office)["whole"]
    digest = hashlib.sha256(content).hexdigest()
    assert rows(office, f"SELECT count(*) FROM archive_original WHERE sha256 = '{digest}'") == [(1,)]
    kept = [record for record in kept_records(office) if record.sha256 == digest]
    assert len(kept) == len({record.owner for record in kept}) == 2
    assert {record.revisions for record in kept} == {1}


def test_5_who_brings_what_a_colleague_hides_learns_nothing_of_it(
    office: Office, kimura: Caller, kondo: Caller
) -> None:
    content = "まだ課の外に出せない案。".encode()
    kimura.upload(kimura.open_batch(), "案.txt", content)
    wait_until_all_is_read(office)
    batch = kondo.open_batch()
    answer = kondo.upload(batch, "わたしの案.txt", content)
    wait_until_all_is_read(office)
    line = kondo.get(f"/intake/batches/{batch}/").text
    assert answer.json()["said"] == ""
    assert "同じもの" not in line.split("わたしの案.txt")[1][:600]
    assert "/案.txt" not in line


def test_5_one_folder_imported_twice_at_once_doubles_nothing(office: Office, tmp_path: Path) -> None:
    for number in range(25):
        (tmp_path / f"{number:02}.txt").write_text(f"{number}番の通知。\n\n図書館の休館日について。", encoding="utf-8")
    command = [sys.executable, "-m", "config.command", "import", str(tmp_path), "--as", "sato", "--wait", "--json"]
    twins = [
        subprocess.Popen(command, cwd=ROOT, env=office.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for twin in twins:
        _, said = twin.communicate(timeout=120)
        assert twin.returncode == 0, said.decode()
    assert wait_until_all_is_read(office)["whole"]
    kept = [record for record in kept_records(office) if record.key.startswith(str(tmp_path))]
    assert len(kept) == 25
    assert {(record.revisions, record.passages) for record in kept} == {(1, 2)}
