"""What every template may use, without loading it first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from hiroba.foundation.web import dates
from hiroba.foundation.web.icons import ICONS
from hiroba.foundation.web.locators import place_in_words
from hiroba.foundation.web.words import say

register = template.Library()

_SIZES = (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024))


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon; a word must stand beside it, for it is hidden from screen readers. KeyError for an unknown name."""
    # The drawings are constants of ours.
    return mark_safe(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{ICONS[name]}</svg>')  # noqa: S308


@register.filter
def jdate(value: dates.Day | None) -> str:
    """Write a day as 2026年11月23日(月)."""
    return dates.date_in_words(value) if value else ""


@register.filter
def jdatetime(value: dt.datetime | None) -> str:
    """Write a moment as 2026年11月23日(月) 9:05."""
    return dates.time_in_words(value) if value else ""


@register.filter
def era(value: dates.Day | None) -> str:
    """Write a day as 令和8年11月23日."""
    return dates.era_in_words(value) if value else ""


@register.filter
def ago(value: dt.datetime | None) -> SafeString | str:
    """Say how long ago, with the exact moment in the element."""
    if not value:
        return ""
    exact = dates.time_in_words(value)
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, dates.ago_in_words(value))


@register.filter
def filesize(value: int | None) -> str:
    """Write a number of bytes as 12.3 MB."""
    if value is None:
        return ""
    for unit, size in _SIZES:
        if value >= size:
            return f"{value / size:.1f} {unit}"
    return _("%(count)sバイト") % {"count": value}


@register.filter
def san(name: str) -> str:
    """Address somebody by surname: 木村 直美 is 木村さん."""
    parts = name.split()
    return _("%(name)sさん") % {"name": parts[0] if parts else name}


@register.filter
def highlight(pieces: Iterable[tuple[str, bool]]) -> SafeString:
    """Show a snippet's pieces, (text, is_hit), with the hits marked; everything is escaped."""
    return format_html_join("", "{}", ((_marked(text) if hit else text,) for text, hit in pieces))


def _marked(text: str) -> SafeString:
    return format_html("<mark>{}</mark>", text)


@register.filter
def place(locator: str) -> str:
    """Say a locator in words: 3ページ, 12段落, Sheet!C14."""
    return place_in_words(locator)


@register.filter
def words(trouble: dict[str, Any] | object) -> str:
    """Say a code with its parameters: a stored {"code", "params"}, or an object that has both."""
    if isinstance(trouble, dict):
        return say(str(trouble.get("code", "")), trouble.get("params"))
    return say(getattr(trouble, "code", ""), getattr(trouble, "params", {}))


@register.simple_tag
def code_words(code: str, **params: str | int) -> str:
    """Say a code: {% code_words "INGEST-04" limit_mb=300 %}."""
    return say(code, params)


@register.inclusion_tag("web/_field.html")
def field(bound: BoundField, wide: bool = False) -> dict[str, object]:
    """Show a form field with its label, help and error joined to it for screen readers: {% field form.title %}."""
    described = [f"{bound.auto_id}-{part}" for part in ("help", "error") if _has(bound, part)]
    attributes: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return {"field": bound, "control": bound.as_widget(attrs=attributes), "is_group": bound.use_fieldset, "wide": wide}


def _has(bound: BoundField, part: str) -> bool:
    return bool(bound.help_text if part == "help" else bound.errors)


@register.simple_tag(takes_context=True)
def page_url(context: template.Context, number: int, **chosen: str) -> str:
    """Give the address of this list's page `number`, keeping what was searched and chosen but for `chosen` (""
    takes a choice away)."""
    query = context["request"].GET.copy()
    for name, value in chosen.items():
        query[name] = value
        if not value:
            del query[name]
    query["page"] = str(number)
    return f"?{query.urlencode()}"
