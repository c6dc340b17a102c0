"""Slips of paper with a code that opens the door once, to be cut and handed over."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from django.template.loader import render_to_string

from hiroba.foundation.people.importing import Slip
from hiroba.foundation.people.queries import get_tree
from hiroba.foundation.web.frame import office_name


def write_slips(slips: Iterable[Slip], target: Path) -> Path:
    """Write the slips as one HTML page to print, readable by its owner only, and give its path."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    tree = get_tree()
    shown = sorted(slips, key=lambda slip: (slip.unit, slip.login))
    rows = [{"slip": slip, "unit": tree.name(slip.unit)} for slip in shown]
    html = render_to_string("administration/slips.html", {"rows": rows, "office": office_name()})
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(html)
        file.flush()
        os.fsync(file.fileno())
    return target
