import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hiroba.extract import command, confinement, wire
from hiroba.extract.passages import Attachment, Extraction, Mark, Part, Passage, Span, Trouble
from hiroba.extract.sandbox import Sandbox
from hiroba.extract.tests.making import docx, p

ROOT = Path(__file__).resolve().parents[3]


def test_an_extraction_survives_the_way_between_processes() -> None:
    whole = Extraction(
        (Passage("par=1", "髙﨑\U0001f600𠮷", "heading", 2, (Span(0, 1, "par=1"),), (Mark(0, 2, "ruby", "よみ"),)),),
        (Trouble("EXTRACT-34", {"part": "x"}),),
        Trouble("EXTRACT-03"),
        "題",
        (Attachment("a.bin", b"\0\1", "x/y"), Attachment("b", b"")),
        {"author": "課"},
        "docx/1",
        (Part("recognise", 2), Part("transcribe", 1)),
    )
    frame = wire.pack(whole)
    length, blobs = wire.HEADER.unpack(frame[: wire.HEADER.size])
    text = frame[wire.HEADER.size : wire.HEADER.size + length]
    assert wire.unpack(text, frame[wire.HEADER.size + length :]) == whole
    assert blobs == 2


def test_a_character_that_cannot_be_stored_becomes_one_that_says_so_in_the_same_place() -> None:
    frame = wire.pack(Extraction((Passage("par=1", "前\0中\ud800後"),), facts={"author": "\0"}))
    arrived = wire.unpack(frame[wire.HEADER.size :], b"")
    assert (arrived.passages[0].text, arrived.facts) == ("前\ufffd中\ufffd後", {"author": "\ufffd"})


def test_many_threads_share_the_readers_and_each_gets_its_own_answer(tmp_path: Path) -> None:
    paths = [docx(tmp_path / f"{n}.docx", p(f"文書{n}")) for n in range(30)]
    with Sandbox(readers=2, recycle_after=7) as sandbox, ThreadPoolExecutor(6) as pool:
        found = list(pool.map(sandbox.extract, paths))
    assert [each.passages[0].text for each in found] == [f"文書{n}" for n in range(30)]


CONFINED = """
import os, sys
from hiroba.extract import confinement
confinement.confine(os.getppid())
"""


@pytest.mark.parametrize(
    "attempt",
    [
        "open('{out}', 'w').write('x')",
        "os.open('{out}', os.O_CREAT | os.O_WRONLY)",
        "import socket; socket.socket()",
        "os.system('touch {out}')",
        "import subprocess; subprocess.run(['touch', '{out}'])",
        "os.fork()",
        "os.kill(os.getppid(), 9)",
        "os.remove('{victim}')",
        "bytearray(2_000_000_000)",
    ],
)
def test_a_confined_process_can_neither_write_nor_call_out_nor_start_programs(tmp_path: Path, attempt: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("x")
    out = tmp_path / "out"
    code = CONFINED + attempt.format(out=out, victim=victim)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert victim.exists()
    assert not out.exists() or out.stat().st_size == 0


ALLOWED = """
import io, os, subprocess, sys
from PIL import Image, ImageDraw, ImageFont
from hiroba.extract import confinement, slow
page = Image.new("L", (900, 200), 255)
ImageDraw.Draw(page).text((40, 60), "HELLO 2026", fill=0, font=ImageFont.load_default(80))
held = io.BytesIO()
page.save(held, "PNG")
[program] = slow.programs_of("recognise")
confinement.confine(os.getppid(), 2_500_000_000, [program])
def tesseract(target):
    command = [program, "stdin", target, "-l", "eng", "--psm", "6"]
    return subprocess.run(command, input=held.getvalue(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
"""


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed here")
@pytest.mark.parametrize(
    ("attempt", "is_done"),
    [
        ("done = tesseract('stdout'); sys.exit(b'HELLO' not in done.stdout)", True),
        ("tesseract({out!r})", True),  # it ends in peace, but what it wrote into a file is nothing
        ("subprocess.run(['touch', {out!r}], check=True)", False),
        ("import ctypes; sys.exit(ctypes.CDLL(None).system(b'touch {out}') != 0)", False),
    ],
)
def test_a_slow_reader_starts_its_one_program_and_that_stands_inside_the_same_walls(
    tmp_path: Path, attempt: str, is_done: bool
) -> None:
    out = str(tmp_path / "out")
    assert (run_python(ALLOWED + attempt.format(out=out)) == 0) is is_done
    assert not any(path.stat().st_size for path in tmp_path.iterdir())


def run_python(code: str) -> int:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60).returncode


@pytest.mark.skipif(confinement.landlock_version() < 1, reason="this kernel has no Landlock")
def test_the_kernel_refuses_writing_even_to_c_libraries(tmp_path: Path) -> None:
    attempt = f"\nimport ctypes; sys.exit(ctypes.CDLL(None).creat({str(tmp_path / 'out')!r}.encode(), 0o600) < 0)"
    assert run_python(CONFINED + attempt) == 1
    assert not (tmp_path / "out").exists()
    assert run_python("import sys" + attempt) == 0  # what it would do unconfined
    assert (tmp_path / "out").exists()


@pytest.mark.skipif(confinement.landlock_version() < 4, reason="this kernel's Landlock knows no network")
def test_the_kernel_refuses_the_network_even_to_c_libraries() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(server.getsockname()[1]), bytes([127, 0, 0, 1]))
        attempt = (
            "\nimport ctypes; libc = ctypes.CDLL(None)\n"
            f"sys.exit(libc.connect(libc.socket(2, 1, 0), {address!r}, {len(address)}) < 0)"
        )
        assert run_python(CONFINED + attempt) == 1
        assert run_python("import sys" + attempt) == 0  # what it would do unconfined


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_is_read(tmp_path: Path) -> None:
    slow = write_slow(tmp_path / "slow.docx")
    good = docx(tmp_path / "good.docx", p("次の文書"))
    with Sandbox(readers=1, seconds=0.5) as sandbox:
        started = time.monotonic()
        assert sandbox.extract(slow).error == Trouble("EXTRACT-05", {"seconds": 0})
        assert time.monotonic() - started < 30
    with Sandbox(readers=1) as sandbox:
        assert sandbox.extract(good).passages[0].text == "次の文書"


def write_slow(path: Path) -> Path:
    return docx(path, "".join(p(f"段落 {n}") for n in range(150_000)))


def test_a_file_that_needs_too_much_memory_is_refused_and_the_next_one_is_read(tmp_path: Path) -> None:
    big = docx(tmp_path / "big.docx", "".join(p(f"{n}") for n in range(200_000)))
    good = docx(tmp_path / "good.docx", p("次の文書"))
    with Sandbox(readers=1, memory=130 * 1024 * 1024) as sandbox:
        error = sandbox.extract(big).error
        assert error == Trouble("EXTRACT-06")
        assert sandbox.extract(good).passages[0].text == "次の文書"


def test_a_reader_that_is_killed_gives_a_code_and_is_replaced(tmp_path: Path) -> None:
    good = docx(tmp_path / "good.docx", p("文書"))
    others = set(children_of(os.getpid()))
    with Sandbox(readers=1) as sandbox:
        assert sandbox.extract(good).error is None
        [reader] = set(children_of(os.getpid())) - others
        slow = write_slow(tmp_path / "slow.docx")
        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(sandbox.extract, slow)
            time.sleep(0.3)  # it takes seconds
            os.kill(reader, signal.SIGKILL)
            assert reading.result().error == Trouble("EXTRACT-08")
        assert sandbox.extract(good).error is None


def children_of(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
            command_line = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == parent and b"hiroba.extract.reader" in command_line:
            found.append(int(status.parent.name))
    return found


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} is still there")


def test_no_reader_outlives_its_parent_even_when_that_is_killed(tmp_path: Path) -> None:
    good = docx(tmp_path / "good.docx", p("文書"))
    code = (
        "import sys, time; from pathlib import Path; from hiroba.extract.sandbox import Sandbox\n"
        f"sandbox = Sandbox(readers=2).__enter__(); sandbox.extract(Path({str(good)!r}))\n"
        "print('ready', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"ready\n"
        readers = children_of(parent.pid)
        assert len(readers) == 2
        parent.kill()
    for reader in readers:
        wait_until_gone(reader)


def test_the_command_answers_one_document_a_line_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = docx(tmp_path / "一.docx", p("はじめ"))
    second = tmp_path / "二.7z"
    second.write_bytes(b"7z\xbc\xaf\x27\x1c" + b"\0" * 40)
    lines = [f"{first}\n", "\n", json.dumps({"file": str(second)}) + "\n", f"{tmp_path}/ない.txt\n"]
    monkeypatch.setattr(sys, "stdin", iter(lines))
    import argparse

    parser = argparse.ArgumentParser()
    command.arguments(parser)
    answers = list(command.run(parser.parse_args(["-"])))
    assert [answer["file"] for answer in answers] == [str(first), str(second), f"{tmp_path}/ない.txt"]
    assert answers[0]["passages"] == [{"locator": "par=1", "text": "はじめ", "kind": "paragraph"}]
    assert [answer["error"] and answer["error"]["code"] for answer in answers] == [None, "EXTRACT-45", "EXTRACT-32"]
    assert list(command.run(parser.parse_args([str(first)]))) == answers[:1]


def test_a_reader_that_has_waited_long_reads_the_next_file(tmp_path: Path) -> None:
    (tmp_path / "一.txt").write_text("読める文です。", encoding="utf-8")
    with Sandbox(readers=1, seconds=0.5) as sandbox:  # its own clock would end it 5.5 s after the first file
        assert sandbox.extract(tmp_path / "一.txt").error is None
        first = sandbox._idle.queue[0].pid
        time.sleep(6.5)
        assert sandbox.extract(tmp_path / "一.txt").error is None
        assert sandbox._idle.queue[0].pid == first


def test_a_reader_that_was_killed_while_it_waited_costs_no_file(tmp_path: Path) -> None:
    good = docx(tmp_path / "good.docx", p("文書"))
    others = set(children_of(os.getpid()))
    with Sandbox(readers=1) as sandbox:
        sandbox.extract(good)
        [reader] = set(children_of(os.getpid())) - others
        os.kill(reader, signal.SIGKILL)
        wait_until_gone(reader)
        assert sandbox.extract(good).error is None
