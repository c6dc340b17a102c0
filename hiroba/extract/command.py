"""`hiroba extract FILE` and `hiroba extract -`: text with places, from the command line, without a database."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from hiroba.extract.joining import join
from hiroba.extract.passages import Extraction, Part, Trouble
from hiroba.extract.sandbox import Sandbox
from hiroba.extract.slow import SlowSandbox

Document = dict[str, object]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("file", metavar="FILE|-", help="ファイル。「-」なら標準入力から1行に1つ")
    parser.add_argument("--readers", type=int, default=min(4, os.cpu_count() or 1), help="同時に読む数")


def run(options: argparse.Namespace) -> Iterator[Document]:
    """Read one file, or with "-" one a line of standard input, in order: {"file","passages","warnings","error"}.

    A line is a path or a JSON object {"file": path}. A file that cannot be read is an answer with `error`, not a
    failure of the command."""
    if options.file == "-":
        yield from _documents(sys.stdin, max(1, options.readers))
        return
    with Sandbox(readers=1) as sandbox, SlowSandbox() as slow:
        yield document_of(options.file, _read_whole(sandbox, slow, Path(options.file)))


def _read_whole(sandbox: Sandbox, slow: SlowSandbox, path: Path) -> Extraction:
    """Read a file with all that is left to slow readers, and say on a terminal how far that has come."""
    first = sandbox.extract(path)
    if not first.parts:
        return first
    readings: dict[Part, Extraction] = {}
    for part, reading in slow.read_parts(path, first.parts):
        readings[part] = reading
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{path.name} {len(readings)}/{len(first.parts)}\033[K")
            sys.stderr.flush()
    return join(first, readings)


def _documents(lines: Iterable[str], readers: int) -> Iterator[Document]:
    """Read a few files ahead of the one that is due, so that all readers work while answers stay in order."""
    with Sandbox(readers=readers) as sandbox, SlowSandbox() as slow, ThreadPoolExecutor(readers) as pool:
        waiting: deque[tuple[str, Future[Extraction]]] = deque()
        for line in lines:
            if not line.strip():
                continue
            file = _path_in(line)
            waiting.append((file, pool.submit(_read_whole, sandbox, slow, Path(file))))
            if len(waiting) > 2 * readers or waiting[0][1].done():
                yield _next_document(waiting)
        while waiting:
            yield _next_document(waiting)


def _next_document(waiting: deque[tuple[str, Future[Extraction]]]) -> Document:
    file, future = waiting.popleft()
    return document_of(file, future.result())


def _path_in(line: str) -> str:
    text = line.rstrip("\r\n")
    if text.startswith("{"):
        try:
            return str(json.loads(text)["file"])
        except (ValueError, KeyError, TypeError):
            pass
    return text


def document_of(file: str, extraction: Extraction) -> Document:
    """Give an extraction as the JSON of the contract; kind, level, marks and spans only where they say something."""
    passages: list[Document] = []
    for passage in extraction.passages:
        entry: Document = {"locator": passage.locator, "text": passage.text, "kind": passage.kind}
        if passage.level:
            entry["level"] = passage.level
        if passage.spans:
            entry["spans"] = [[span.start, span.end, span.locator] for span in passage.spans]
        if passage.marks:
            entry["marks"] = [[mark.start, mark.end, mark.kind, mark.value] for mark in passage.marks]
        passages.append(entry)
    return {
        "file": file,
        "passages": passages,
        "warnings": [_coded(trouble) for trouble in extraction.warnings],
        "error": _coded(extraction.error) if extraction.error else None,
        "title": extraction.title,
        "facts": extraction.facts,
        "attachments": [{"name": each.name, "bytes": sum(map(len, each.pieces()))} for each in extraction.attachments],
        "extractor": extraction.extractor,
    }


def _coded(trouble: Trouble) -> Document:
    return {"code": trouble.code, "params": trouble.params}
