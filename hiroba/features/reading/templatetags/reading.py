"""Words for what stands on a record's page."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from hiroba.archive.models import Record
from hiroba.features.reading.recordings import seconds_of
from hiroba.foundation.web.words import say

register = template.Library()


@register.filter
def gate_words(record: Record) -> str:
    """Say why the gate keeps a record inside, and where to look."""
    return say(record.gate_code, {"places": "、".join(record.gate_places[:3]), "name": record.file_name})


@register.filter
def passage_kind(kind: str) -> str:
    """Name what kind of passage it is, where that is not plain text."""
    return {
        "note": _("ノート"),
        "comment": _("コメント"),
        "header": _("ヘッダー"),
        "footer": _("フッター"),
        "footnote": _("脚注"),
        "shape": _("図形の中の文"),
        "caption": _("説明"),
        "code": _("コード"),
    }.get(kind, "")


@register.filter
def seconds(locator: str) -> int:
    """Give the second of a recording that a locator names, 0 for any other."""
    return seconds_of(locator) or 0
