"""The one catalogue: what each code means to a person — what happened, what is safe, what to do.

`CATALOGUE` (in wordings/) is also the source of docs/operate/errors.md."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from hiroba.foundation.web.locators import place_in_words
from hiroba.foundation.web.wordings import CATALOGUE

DEFAULT_STATUS = 400


class _Given(dict[str, object]):
    """Parameters for a sentence; one that was not given stays visible as its name instead of failing."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def say(code: str, params: Mapping[str, object] | None = None) -> str:
    """Put a code into words, the code after them. An unknown code is said as such, never raised."""
    entry = CATALOGUE.get(code)
    text = str(entry.text) if entry else _("うまくいきませんでした。資料はそのままです。管理者に記号を伝えてください。")
    said = text.format_map(_Given(_spoken(params or {})))
    return _("%(text)s(%(code)s)") % {"text": said, "code": code}


def status_of(code: str) -> int:
    """Give the HTTP status of a refusal with this code."""
    return CATALOGUE[code].status if code in CATALOGUE else DEFAULT_STATUS


def _spoken(params: Mapping[str, object]) -> dict[str, object]:
    """Say the places in the parameters as people do: page=3 is 3ページ."""
    spoken = dict(params)
    if isinstance(spoken.get("places"), str):
        spoken["places"] = "、".join(place_in_words(place) for place in str(spoken["places"]).split("、"))
    return spoken
