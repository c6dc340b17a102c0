"""The English catalogue: compiled at every start, complete by check. Japanese is the source language.

`python -m config.catalogue` compiles; `--update` gathers new strings with gettext's xgettext; `--check` fails when a
string of the code is missing from the catalogue, untranslated or fuzzy, or when the catalogue keeps one that is no
longer said."""

from __future__ import annotations

import datetime as dt
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "hiroba" / "locale" / "en" / "LC_MESSAGES" / "django.po"
logger = logging.getLogger(__name__)
# One date for good: an update that changes no string changes no byte.
BEGUN = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def main() -> None:
    """Compile, update or check, as asked."""
    if "--update" in sys.argv:
        _update()
    elif "--check" in sys.argv:
        sys.exit(_check())
    else:
        compile_catalogue()


def compile_catalogue() -> Path:
    """Make the file that Django reads, unless it is newer than its source; raise OSError where it cannot be written."""
    target = PO.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime > PO.stat().st_mtime:
        return target
    draft = target.with_name(f"django.{os.getpid()}.mo")
    with draft.open("wb") as file:
        write_mo(file, load(PO))
    draft.replace(target)
    return target


def compile_if_possible() -> None:
    """Compile; where the program's folder may not be written, log it and let the server speak Japanese only."""
    try:
        compile_catalogue()
    except OSError as trouble:
        logger.warning("no English: %s cannot be compiled (%s)", PO, trouble.strerror)


def load(path: Path) -> Catalog:
    """Read a catalogue or template of strings."""
    with path.open("rb") as file:
        return read_po(file, locale="en")


def gathered() -> Catalog:
    """Extract every string of code and templates, as Django does it, without touching the catalogue."""
    with tempfile.TemporaryDirectory() as folder:
        pot = Path(folder, "django.pot")
        subprocess.run([sys.executable, "-c", _GATHER, str(pot)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return load(pot)


# Templates become Python-like text by Django's own templatize, then xgettext reads all files at once.
_GATHER = """
import pathlib, subprocess, sys, tempfile
from django.utils.translation.template import templatize
from django.conf import settings
settings.configure(USE_I18N=True)
pot = pathlib.Path(sys.argv[1])
files = [path for path in pathlib.Path("hiroba").rglob("*.py") if not {"migrations", "tests"} & set(path.parts)]
files += sorted(pathlib.Path("config").glob("*.py"))
for path in sorted(pathlib.Path("hiroba").rglob("*.html")):
    target = pot.parent / (str(path).replace("/", "__") + ".py")
    target.write_text(templatize(path.read_text(encoding="utf-8"), origin=str(path)), encoding="utf-8")
    files.append(target)
keywords = ["gettext", "gettext_lazy", "_", "ngettext:1,2", "ngettext_lazy:1,2", "pgettext:1c,2", "npgettext:1c,2,3",
            "gettext_noop", "pgettext_lazy:1c,2"]
subprocess.run(["xgettext", "--language=Python", "--from-code=UTF-8", "--no-location", "--no-wrap", "--add-comments=",
                "--output", str(pot)] + ["--keyword=" + word for word in keywords] + [str(path) for path in files],
               check=True, stderr=subprocess.DEVNULL)
filled = pot.read_text(encoding="utf-8").replace("charset=CHARSET", "charset=UTF-8")
filled = filled.replace("nplurals=INTEGER; plural=EXPRESSION;", "nplurals=2; plural=(n != 1);")
pot.write_text(filled, encoding="utf-8")
"""


def _update() -> None:
    have = load(PO) if PO.exists() else Catalog()
    fresh = Catalog(
        locale="en",
        project="Hiroba",
        version="1",
        header_comment="# The English of Hiroba. Written by `python -m config.catalogue --update`; msgstr by hand.",
        creation_date=BEGUN,
        revision_date=BEGUN,
        last_translator="Hiroba",
        language_team="English",
        msgid_bugs_address="-",
        fuzzy=False,
    )
    for message in gathered():
        if message.id:
            old = have.get(message.id, message.context)
            fits = old is not None and isinstance(old.string, tuple) == isinstance(message.string, tuple)
            fresh.add(
                message.id, old.string if old and fits else message.string, flags=message.flags, context=message.context
            )
    with PO.open("wb") as file:
        write_po(file, fresh, width=0, sort_output=True)


def _check() -> int:
    faults = find_faults()
    for each in faults:
        print(each, file=sys.stderr)  # noqa: T201 - the answer of a check
    return 1 if faults else 0


def find_faults() -> list[str]:
    """Say what keeps the catalogue from being complete: strings without English, and English nobody says any more."""
    said, have = gathered(), load(PO)
    missing = [m.id for m in said if m.id and not _is_translated(have.get(m.id, m.context))]
    left = [m.id for m in have if m.id and said.get(m.id, m.context) is None]
    return [f"no English for: {each}" for each in missing] + [f"no longer said: {each}" for each in left]


def _is_translated(found: Message | None) -> bool:
    if found is None or found.fuzzy:
        return False
    return all(found.string if isinstance(found.string, tuple) else [found.string])


if __name__ == "__main__":
    main()
