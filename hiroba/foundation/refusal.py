"""The one way to say no: a code with its parameters; the words live in `hiroba.foundation.web.words`."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 - a refusal is an answer to a person, not a defect
    """Nothing was changed, and `code` says why. Raised by actions and queries, shown by views, API and commands."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
