"""The reader process: takes paths on its standard input, answers with frames (see wire), confined for good.

`sandbox.Sandbox` starts `python -m hiroba.extract.reader PARENT-PID MEMORY SECONDS [SLOW-TOOL]`; it ends when its input
ends."""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from hiroba.extract import confinement, files, wire, word  # word: the commonest format is loaded before the first file
from hiroba.extract.passages import Attachment, Extraction, Part, Trouble

_DEPTH = 6000  # libxml2 allows 256 nested elements; our walk takes a few frames for each


_NICE = 10
Places = list[tuple[int, int]]


def serve(requests: BinaryIO, answers: BinaryIO, seconds: float) -> None:
    """Answer each line with one frame, to the end: {"path","name"} asks for a file, {"path","page","width"} for a
    picture (width 0: for print), {"path","tool","number"} for a part."""
    for line in requests:
        request = json.loads(line)
        confinement.limit_time(seconds, request.get("processor_seconds"))
        _send(answers, _answer(request, partial(_send_ahead, answers, seconds)))
        confinement.rest()
        gc.collect()


def _answer(request: dict[str, Any], send_ahead: Callable[[Extraction], tuple[Extraction, Places]]) -> bytes:
    path = Path(request["path"])
    if "tool" in request:
        from hiroba.extract import slow  # only slow readers need it

        return wire.pack(slow.read_part(path, Part(request["tool"], request["number"])))
    if "page" in request:
        return _draw(request)
    try:
        return wire.pack(*send_ahead(files.extract(path, request.get("name"), password=request.get("password"))))
    except MemoryError:
        return wire.pack(Extraction(error=Trouble("EXTRACT-06")))


def _send_ahead(answers: BinaryIO, seconds: float, extraction: Extraction) -> tuple[Extraction, Places]:
    """Send what the file carries as sources, and give the extraction with those that came out whole, and their places.

    A damaged one is left out and counted (EXTRACT-42). The clock begins anew with every wire.STRETCH bytes."""
    places: Places = []
    kept: list[Attachment] = []
    sent, left_out, wound_at = 0, 0, 0
    for attachment in extraction.attachments:
        begun = sent
        try:
            for piece in attachment.pieces() if attachment.source else ():
                _send(answers, wire.pack_piece(piece))
                sent += len(piece)
                if sent - wound_at >= wire.STRETCH:
                    confinement.limit_time(seconds)
                    wound_at = sent
        except Exception:  # whatever a library does with damaged bytes: this one is left out, the others are not
            left_out += 1
            continue
        kept.append(attachment)
        if attachment.source:
            places.append((begun, sent - begun))
    if left_out:
        warnings = (*extraction.warnings, Trouble("EXTRACT-42", {"count": left_out}))
        extraction = replace(extraction, warnings=warnings)
    return replace(extraction, attachments=tuple(kept)), places


def _draw(request: dict[str, Any]) -> bytes:
    """Answer a page's image as the one attachment, with its size in points and how it is coded."""
    from hiroba.extract import page_images  # only the server's reader draws

    path, page, width = Path(request["path"]), request["page"], request["width"]
    try:
        image = page_images.draw(path, page, width) if width else page_images.print_page(path, page)
    except page_images.PageImageError as failure:
        return wire.pack(Extraction(error=failure.trouble))
    except MemoryError:
        return wire.pack(Extraction(error=Trouble("EXTRACT-06")))
    except Exception:  # whatever a library makes of it: there is no picture of this page
        return wire.pack(Extraction(error=Trouble("EXTRACT-03")))
    facts = {"wide": f"{image.wide:g}", "high": f"{image.high:g}", "coding": image.coding}
    facts |= {"across": str(image.across), "down": str(image.down), "colours": str(image.colours)}
    return wire.pack(Extraction(attachments=(Attachment("page", image.content),), facts=facts))


def _send(answers: BinaryIO, frame: bytes) -> None:
    answers.write(frame)
    answers.flush()


def _prepare_slow(tool: str) -> tuple[str, ...]:
    """Give way to everything else on the machine, and say which programs the tool may start."""
    from hiroba.extract import slow

    os.nice(_NICE)
    return slow.programs_of(tool)


def main() -> None:
    parent, memory, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what a parser prints must not get between the frames
    os.dup2(nowhere, 2)  # nor may a file's content reach a log
    sys.dont_write_bytecode = True
    sys.setrecursionlimit(_DEPTH)
    confinement.confine(parent, memory, _prepare_slow(sys.argv[4]) if len(sys.argv) > 4 else ())
    _send(answers, wire.HEADER.pack(0, 0))
    serve(sys.stdin.buffer, answers, seconds)


if __name__ == "__main__":
    assert word
    main()
