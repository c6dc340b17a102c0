"""Slips of paper with a code that opens the door once, to be cut and handed over."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from django.template.loader import render_to_string

from hiroba.foundation.people.importing import Slip
from hiroba.foundation.people.queries import get_tree
from hiroba.foundation.web.frame import office_name


def slip_rows(slips: Iterable[Slip]) -> list[dict[str, Slip | str]]:
    """Give the slips in the order in which they are handed out, each with the name of its unit."""
    tree = get_tree()
    shown = sorted(slips, key=lambda slip: (slip.unit, slip.login))
    return [{"slip": slip, "unit": tree.name(slip.unit)} for slip in shown]


def slips_page(slips: Iterable[Slip]) -> str:
    """Give the slips as one HTML page that stands alone, to be printed."""
    return render_to_string("administration/slips.html", {"rows": slip_rows(slips), "office_name": office_name()})


def write_slips(slips: Iterable[Slip], target: Path) -> Path:
    """Write the slips to a file that only its owner can read, and give its path."""
    html = slips_page(slips)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(html)
        file.flush()
        os.fsync(file.fileno())
    return target
