"""The gate: what must not be in here is stopped before a revision becomes readable, whoever brings it.

GATE-01 マイナンバー: held; its text is not stored, indexed or logged, only where it stood.
GATE-02 obvious personal data: stays inside its section until a person opens it with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hiroba.extract.passages import Extraction
from hiroba.language import private

MY_NUMBER, PERSONAL = "GATE-01", "GATE-02"
PLACES_SHOWN = 20
IN_NAME = "name"


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


def examine_personal(extraction: Extraction) -> Verdict:
    """Look for personal data alone, in what a person has said holds no マイナンバー."""
    places = [each.locator for each in extraction.passages if private.find_personal_data(each.text)]
    return Verdict(extraction, PERSONAL if places else "", tuple(places[:PLACES_SHOWN]))


def with_carried(verdict: Verdict, carried: Iterable[tuple[str, Verdict]]) -> Verdict:
    """Add what was found in the files a thing carries, each with its name: whoever gets the thing gets them too."""
    found = [(f"{mask(name)}: {place}", inner.code) for name, inner in carried for place in inner.places]
    return _joined(verdict, found)


def with_names(verdict: Verdict, names: Iterable[str]) -> Verdict:
    """Add what the names say that a thing goes by: folder, file name, title, author. Lists show them to everybody."""
    text = "\n".join(names)
    if private.find_my_numbers(text):
        return _joined(verdict, [(IN_NAME, MY_NUMBER)])
    return _joined(verdict, [(IN_NAME, PERSONAL)] if private.find_personal_data(text) else [])


def mask(text: str) -> str:
    """Give a name of something held without the numbers in it, so that the place it waits in does not show them."""
    for found in reversed(private.find_my_numbers(text, context=private.CONTEXT_WORDS[0])):
        text = text[: found.start] + "●" * 12 + text[found.end :]
    return text


def _joined(verdict: Verdict, more: list[tuple[str, str]]) -> Verdict:
    """Let the stricter of both decide; the places are those of what decided."""
    for code in (MY_NUMBER, PERSONAL):
        places = [place for place, found in more if found == code]
        if verdict.code == code:
            places = [*verdict.places, *places]
        if verdict.code == code or places:
            return Verdict(verdict.of, code, tuple(places[:PLACES_SHOWN]))
    return verdict
