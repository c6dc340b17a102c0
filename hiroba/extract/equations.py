"""EQ fields: ruby and enclosed characters as Word wrote them before it had elements for them."""

from __future__ import annotations

import re

_RAISED = re.compile(r"\\s(?:\\\w+)*\\up\s*\d*\s*[（(](?P<reading>.*?)[)）]\s*[,，;](?P<base>.*)[)）]\s*$", re.I | re.S)
_OVERSTRIKE = re.compile(r"\\o(?:\\\w+)*\s*\(", re.I)
_SWITCH = re.compile(r'\\\*\s*(?:"[^"]*"|[\w:]+)|\\\w+|[()]')


def equation_text(instruction: str) -> tuple[str, str]:
    """Give (text, reading) that an EQ field shows; ("", "") for any other field.

    `EQ \\o\\ad(\\s\\up 9(かな),仮名)` is ("仮名", "かな"); `EQ \\o(○,1)` is ("○1", "")."""
    if not re.match(r"\s*EQ\b", instruction, re.I):
        return "", ""
    ruby = _RAISED.search(instruction)
    if ruby:
        return ruby["base"].strip(), ruby["reading"].strip()
    separator = "" if _OVERSTRIKE.search(instruction) else " "
    arguments = _SWITCH.sub("", re.sub(r"^\s*EQ\b", "", instruction, flags=re.I)).replace(";", ",").split(",")
    return separator.join(argument.strip() for argument in arguments).strip(), ""
