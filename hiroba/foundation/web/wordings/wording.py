"""What a code says."""

from __future__ import annotations

from dataclasses import dataclass

from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Wording:
    """The sentences of one code, with {param} where a parameter stands, and the status a refusal with it answers."""

    text: StrPromise
    status: int = 400
