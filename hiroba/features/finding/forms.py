"""What is typed into the search box and chosen beside it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

ORDERS = ("relevance", "date")


@dataclass(frozen=True)
class SearchForm:
    """Clean values of a search address: anything that makes no sense falls back, nothing is refused."""

    text: str
    order: str
    page: int
    kind: str = ""
    unit: str = ""

    @classmethod
    def of(cls, data: QueryDict) -> SearchForm:
        """Read an address; the text is kept as typed (the query language has its own limits)."""
        page = data.get("page", "1")
        order = data.get("order", "relevance")
        return cls(
            text=data.get("q", "")[:10_000].strip(),
            order=order if order in ORDERS else "relevance",
            page=min(max(int(page), 1), 50) if page.isascii() and page.isdigit() and len(page) < 5 else 1,
            kind=data.get("kind", "")[:32],
            unit=data.get("unit", "")[:32],
        )
