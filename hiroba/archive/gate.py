"""The gate: what must not be in here is stopped before a revision becomes readable, whoever brings it.

GATE-01 マイナンバー: held; its text is not stored, indexed or logged, only where it stood.
GATE-02 obvious personal data: stays inside its section until a person opens it with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from hiroba.extract.passages import Extraction
from hiroba.language import private

MY_NUMBER, PERSONAL = "GATE-01", "GATE-02"
PLACES_SHOWN = 20


@dataclass(frozen=True)
class Verdict:
    """What the gate says of one extraction. `code` is "" when nothing was found; `places` are locators, never text.
    It names what was examined, so that nothing is kept on the strength of a look at something else."""

    of: Extraction
    code: str
    places: tuple[str, ...] = ()


def examine(extraction: Extraction) -> Verdict:
    """Look at every passage, with what stands above it in its column or section as context.

    Takes time with the text's length: call it outside of any transaction."""
    numbers: list[str] = []
    personal: list[str] = []
    context = ""
    for passage in extraction.passages:
        if private.find_my_numbers(passage.text, context=context):
            numbers.append(passage.locator)
        elif private.find_personal_data(passage.text):
            personal.append(passage.locator)
        if any(word in passage.text for word in private.CONTEXT_WORDS):
            context = passage.text[:300]
    if numbers:
        return Verdict(extraction, MY_NUMBER, tuple(numbers[:PLACES_SHOWN]))
    return Verdict(extraction, PERSONAL if personal else "", tuple(personal[:PLACES_SHOWN]))
