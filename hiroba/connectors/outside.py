"""What every connector says when the world outside does not answer as it should."""

from __future__ import annotations


class OutsideError(Exception):
    """A visit cannot go on. `code` and `params` are put into words elsewhere; nothing that came so far is lost."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


UNREACHABLE, NOT_SIGNED_IN, NOT_THERE, SETTINGS_WRONG, NOT_TRUSTED = (
    "SOURCE-01",
    "SOURCE-02",
    "SOURCE-03",
    "SOURCE-04",
    "SOURCE-10",
)
