"""Say a locator in the words of whoever reads it: page=3;box=… is 「3ページ」."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

_CELLS = re.compile(r"![A-Z]{1,3}[0-9]+(:[A-Z]{1,3}[0-9]+)?$")
_PAIR = re.compile(r"^(page|par|slide|line|msg|t|note|sheet)=([^;]*)")


def place_in_words(locator: str) -> str:
    """Give a locator in words (3ページ, 12段落, Sheet!C14, 7行目); an unknown one comes back as it is."""
    whole = {"name": _("名前や題名"), "file": _("全部か一部"), "speaker": _("話している人の名前")}
    if locator in whole:
        return whole[locator]
    carrier, parted, inside = locator.rpartition(": ")
    if parted:  # what was found in a file that this one carries, under that file's name
        return f"{carrier}: {place_in_words(inside)}"
    if _CELLS.search(locator):
        return locator
    found = _PAIR.match(locator)
    if found is None:
        return locator
    kind, value = found.groups()
    words = {
        "page": _("%(value)sページ"),
        "par": _("%(value)s段落"),
        "slide": _("スライド%(value)s"),
        "line": _("%(value)s行目"),
        "msg": _("発言%(value)s"),
        "note": _("ノート%(value)s"),
        "sheet": _("シート「%(value)s」"),
    }
    return words.get(kind, "%(value)s") % {"value": value}
