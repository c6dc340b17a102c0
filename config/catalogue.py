"""The English catalogue: compiled at every start, complete by check. Japanese is the source language.

`python -m config.catalogue` compiles; `--update` gathers new strings with gettext's xgettext; `--check` fails when a
string of the code is missing from the catalogue, untranslated or fuzzy."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "hiroba" / "locale" / "en" / "LC_MESSAGES" / "django.po"


def main() -> None:
    """Compile, update or check, as asked."""
    if "--update" in sys.argv:
        _update()
    elif "--check" in sys.argv:
        sys.exit(_check())
    elif PO.exists():
        _compile()


def _load(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="en")


def _compile() -> None:
    target = PO.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime > PO.stat().st_mtime:
        return
    with tempfile.NamedTemporaryFile(dir=PO.parent, delete=False) as draft:
        write_mo(draft, _load(PO))
    Path(draft.name).replace(target)


def _gathered() -> Catalog:
    """Extract every string of code and templates, as Django does it, without touching the catalogue."""
    with tempfile.TemporaryDirectory() as folder:
        pot = Path(folder, "django.pot")
        subprocess.run([sys.executable, "-c", _GATHER, str(pot)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return _load(pot)


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
    have = _load(PO) if PO.exists() else Catalog(locale="en")
    have.update(_gathered(), no_fuzzy_matching=True)
    have.obsolete.clear()
    with PO.open("wb") as file:
        write_po(file, have, width=0, omit_header=False, sort_output=True, include_previous=False)


def _check() -> int:
    have = _load(PO)
    bad = [message.id for message in _gathered() if message.id and not _is_translated(have, message.id)]
    for each in bad:
        print(f"no English for: {each}", file=sys.stderr)  # noqa: T201 - the answer of a check
    return 1 if bad else 0


def _is_translated(have: Catalog, message_id: object) -> bool:
    found = have.get(message_id)
    return (
        found is not None
        and not found.fuzzy
        and all(found.string if isinstance(found.string, tuple) else [found.string])
    )


if __name__ == "__main__":
    main()
