"""What of a mail its writer wrote, what is quoted from earlier ones, and what is the signature.

By the marks that mail programs and Japanese offices use: ">" before lines, 「-----Original Message-----」, a head of
差出人・送信日時・宛先・件名, 「…さんは書きました:」, a line "-- ", and frames of lines around an address block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

Role = Literal["text", "quote", "signature"]

_QUOTED = re.compile(r"\s*(>|＞|\|\s?>)")
_ORIGINAL = re.compile(
    r"\s*[-_－―─=]{2,}\s*(original message|forwarded message|元のメッセージ|転送メッセージ|forwarded by .*|"
    r"ここから(引用|転送)|original appointment)\s*[-_－―─=]*\s*$|begin forwarded message:\s*$",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"\s*(from|sent|to|cc|subject|date|差出人|送信日時|送信者|日時|宛先|件名)\s*[:：]\s*\S", re.IGNORECASE
)
_FROM_HEAD = re.compile(r"\s*(from|差出人|送信者)\s*[:：]\s*\S", re.IGNORECASE)
_WROTE = re.compile(
    r".{0,200}(wrote|writes|さんは書きました|さんが書きました|は書きました|のメール|さん(より|から))\s*[:：]\s*$|"
    r"\s*(on|at) .{6,180}(wrote|writes)\s*[:：]\s*$|"
    r"\s*\d{4}[年/-]\d{1,2}[月/-]\d{1,2}.{0,160}[<＜][^<>＜＞]+@[^<>＜＞]+[>＞]\s*[:：]\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*([-_=*+~#■□◇◆○●・━─＝－―…※☆★]\s?){6,}\s*$")
_CONTACT = re.compile(
    r"\btel\b|\bfax\b|電話|内線|直通|ＴＥＬ|ＦＡＸ|e-?mail|メール\s*[:：]|〒\s*\d|[\w.+-]+@[\w.-]+|https?://|\d{2,4}[-(]\d{2,4}[-)]\d{4}",
    re.IGNORECASE,
)
# A signature is short: what is longer is text, whatever stands before it.
LONGEST_SIGNATURE = 15
LONGEST_LOOKED_AT = 300  # characters of one line


def roles_of(lines: Sequence[str]) -> list[Role]:
    """Say of each line of a mail whose it is. Empty lines go with what stands before them.

    Everything after an "original message" mark or head is quoted; quoted lines with answers between them stay apart
    from the answers."""
    lines = [line[:LONGEST_LOOKED_AT] for line in lines]
    end = _end_of_own(lines)
    roles: list[Role] = ["quote" if at >= end or _QUOTED.match(line) else "text" for at, line in enumerate(lines)]
    _mark_introductions(lines, roles)
    _mark_signature(lines, roles)
    for at in range(1, len(lines)):
        if not lines[at].strip():
            roles[at] = roles[at - 1]
    return roles


def _end_of_own(lines: Sequence[str]) -> int:
    """Find where the rest is an earlier mail as a whole."""
    for at, line in enumerate(lines):
        if _ORIGINAL.match(line):
            return at
        if _FROM_HEAD.match(line) and _is_head(lines[at : at + 6]):
            return at - 1 if at and _RULE.match(lines[at - 1]) else at
    return len(lines)


def _is_head(lines: Sequence[str]) -> bool:
    """Tell whether three of the next lines look like the head of a mail: one alone may be a form's."""
    return sum(1 for line in lines if _HEAD.match(line)) >= 3


def _mark_introductions(lines: Sequence[str], roles: list[Role]) -> None:
    """Count the line that says who wrote what follows with what follows."""
    for at, line in enumerate(lines):
        if roles[at] == "text" and _WROTE.match(line):
            following = next(
                (role for role, text in zip(roles[at + 1 :], lines[at + 1 :], strict=True) if text.strip()), ""
            )
            if following == "quote":
                roles[at] = "quote"


def _mark_signature(lines: Sequence[str], roles: list[Role]) -> None:
    """Find the signature at the end of what the writer wrote: after "-- ", or after a rule, with an address in it."""
    own = [at for at, role in enumerate(roles) if role == "text" and lines[at].strip()]
    for start in own[-LONGEST_SIGNATURE - 1 :]:
        after = [at for at in own if at > start]
        is_marked = lines[start].rstrip("\r\n") in ("-- ", "--")
        is_framed = bool(_RULE.match(lines[start])) and any(_CONTACT.search(lines[at]) for at in after)
        if after and (is_marked or is_framed):
            for at in [start, *after]:
                roles[at] = "signature"
            return
