"""The gate: what must not be in here is stopped before a revision becomes readable, whoever brings it.

GATE-01 マイナンバー: held; its text is not stored, indexed or logged, only where it stood.
GATE-02 obvious personal data: stays inside its section until a person opens it with a reason.
GATE-03 not all of it could be read, so nobody knows: the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hiroba.archive.columns import JOIN, Tables, is_of_a_sheet, numbers_over_fields
from hiroba.extract.passages import Extraction, Part, Passage, Trouble
from hiroba.foundation.refusal import Refusal
from hiroba.language import personal, private

MY_NUMBER, PERSONAL, UNREAD = "GATE-01", "GATE-02", "GATE-03"
PLACES_SHOWN = 20
_JOINED = 120  # characters of earlier lines in which a number, and its label, may begin
_QUOTED = re.compile(r"(?m)^[>\uff1e\s]*[>\uff1e]\s?")
_COLON = re.compile(r"^\s?[:\uff1a]\s?")
# A line of a chat that was saved as text: when, who, and then what.
_CHAT = re.compile(r"^\[?\d{1,2}:\d\d(?::\d\d)?\]?\s+[^\d\n\t:\uff1a]{1,20}[:\uff1a\t]\s*")
_DIGIT = re.compile(r"[\d〇零一二三四五六七八九]")
IN_NAME, IN_FILE = "name", "file"
# Facts that mail programs and clocks number as they like.
_MADE_BY_MACHINES = frozenset({"message_id", "in_reply_to", "references", "sent_at", "created_at", "modified_at"})
PARTS_ARE_TOLD = frozenset({"PART-02", "PART-04", "PART-06"})  # these name the parts that nobody has read
# Troubles with which all the text there is was seen all the same. Whatever is not named here leaves something unseen: a
# reader's new code keeps a file inside until somebody has thought about it.
SEEN_ALL_THE_SAME = frozenset(
    {
        "CSV-01",
        "EXTRACT-07",  # an empty file
        "EXTRACT-13",  # a script
        "EXTRACT-35",  # a macro
        "EXTRACT-36",  # what it points at lies elsewhere
        "EXTRACT-41",  # read through LibreOffice
        "PAPER-02",  # a picture too small for any letter
        "PAPER-06",  # a blank page
        "SHEET-01",
        "SLIDES-01",
        "SPEECH-03",  # a recording of no length
        "TEXT-01",
        "XLSX-01",
    }
)


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
    numbers: list[str] = _in_what_it_says_of_itself(extraction)
    about_people: list[str] = []
    unlabelled: list[tuple[str, list[str]]] = []
    context = before = ""
    tables, lines = Tables(), _Lines()
    for passage in extraction.passages:
        # A sheet's columns are looked at as columns: its header row says nothing of a row as a whole.
        heads = "" if JOIN in context and is_of_a_sheet(passage) else context
        row = tables.take(passage)
        ends_one = lines.end_a_number(passage)
        if ends_one or _holds_a_number(passage.text, heads, before, row.others):
            numbers.append(passage.locator)
        elif len(about_people) < PLACES_SHOWN and personal.find_personal_data(row.said):
            about_people.append(passage.locator)
        if passage.kind != "row" and (lone := private.unlabelled_numbers(passage.text)):
            unlabelled.append((passage.locator, lone))
        if any(word in passage.text for word in private.CONTEXT_WORDS):
            context = passage.text[:300]
        before = passage.text[-100:]
    numbers += _in_company(unlabelled) + tables.finish()
    if not numbers and any(map(private.find_my_numbers, extraction.unshown)):
        numbers.append(IN_FILE)
    return _verdict(extraction, numbers, about_people)


class _Lines:
    """The last lines that were read, to see a number that is broken over them: each passage alone shows a part."""

    def __init__(self) -> None:
        self._tail = ""

    def end_a_number(self, passage: Passage) -> bool:
        """Tell whether a number that began in earlier passages ends in this one; rows are looked at as tables."""
        if passage.kind == "row":
            self._tail = ""
            return False
        said = _without_speaker(passage)
        text = f"{self._tail}\n{said[:_JOINED]}"
        began = len(self._tail)
        self._tail = f"{self._tail}\n{said}"[-_JOINED:]
        if not began or not _DIGIT.search(said):
            return False
        return any(found.start < began < found.end for found in private.find_my_numbers(text))


def _without_speaker(passage: Passage) -> str:
    """Give what is said without who says it, and without the marks of a quotation."""
    name = next((mark.end for mark in passage.marks if mark.kind == "speaker" and mark.start == 0), 0)
    said = _COLON.sub("", passage.text[name:]) if name else _CHAT.sub("", passage.text)
    return _QUOTED.sub("", said)


def _holds_a_number(text: str, heads: str, before: str, others: list[str]) -> bool:
    """Tell whether a text holds a number for which no other column's label speaks, also behind marks of a quotation."""
    found = private.find_my_numbers(text, context=heads, before=before)
    if any(not any(text[each.start : each.end] in cell for cell in others) for each in found):
        return True
    is_quoted = "\n" in text and _QUOTED.search(text) is not None
    return is_quoted and bool(private.find_my_numbers(_QUOTED.sub("", text), context=heads, before=before))


def _in_company(unlabelled: list[tuple[str, list[str]]]) -> list[str]:
    """Give the places of numbers without a label that are personal ones by their company, line by line."""
    if not private.are_my_numbers(number for _, found in unlabelled for number in found):
        return []
    return [place for place, found in unlabelled if any(map(private.is_possible, found))]


def _in_what_it_says_of_itself(extraction: Extraction) -> list[str]:
    """Look at the names of sheets, and at what a mail's head or a file's properties say."""
    sheets = {each.locator.rpartition("!")[0] for each in extraction.passages}
    said = [value for name, value in extraction.facts.items() if name not in _MADE_BY_MACHINES]
    texts = [*sheets, *said, extraction.title]
    return [IN_NAME] if any(private.find_my_numbers(text) for text in texts) else []


def examine_personal(extraction: Extraction) -> Verdict:
    """Look for personal data alone, in what a person has said holds no マイナンバー."""
    places = [each.locator for each in extraction.passages if personal.find_personal_data(each.text)]
    return _verdict(extraction, [], places)


def unexamined() -> Verdict:
    """Say of something carried that nobody looked into it: it lies too deep, is too large, or time was over."""
    return Verdict(Extraction(), UNREAD, (IN_FILE,))


def _verdict(extraction: Extraction, numbers: list[str], about_people: list[str]) -> Verdict:
    for code, places in ((MY_NUMBER, numbers), (PERSONAL, about_people), (UNREAD, _unread(extraction))):
        if places:
            return Verdict(extraction, code, tuple(dict.fromkeys(places[:PLACES_SHOWN])))
    return Verdict(extraction, "")


def _unread(extraction: Extraction) -> list[str]:
    """List where something stands that was not read: pages that are known by number, else the file."""
    troubles = [*extraction.warnings, *([extraction.error] if extraction.error else [])]
    places = [_place(trouble) for trouble in troubles if trouble.code not in SEEN_ALL_THE_SAME]
    if not any(trouble.code in PARTS_ARE_TOLD for trouble in troubles):
        places += [_place_of(part) for part in extraction.parts]
    return list(dict.fromkeys(places))


def _place_of(part: Part) -> str:
    return part.place or (f"page={part.number}" if part.tool == "recognise" else IN_FILE)


def _place(trouble: Trouble) -> str:
    pages = trouble.params.get("pages")
    return f"page={pages}" if isinstance(pages, str) else IN_FILE


def with_carried(verdict: Verdict, carried: Iterable[tuple[str, Verdict]]) -> Verdict:
    """Add what was found in the files a thing carries, each with its name: whoever gets the thing gets them too."""
    found = [(f"{mask(name)}: {place}", inner.code) for name, inner in carried for place in inner.places]
    return _joined(verdict, found)


def with_names(verdict: Verdict, names: Iterable[str]) -> Verdict:
    """Add what the names say that a thing goes by: folder, file name, title, author. Lists show them to everybody."""
    said = list(names)
    text = "\n".join(said)
    if private.find_my_numbers(text) or any(private.find_my_numbers(each, context=text) for each in said):
        return _joined(verdict, [(IN_NAME, MY_NUMBER)])
    return _joined(verdict, [(IN_NAME, PERSONAL)] if personal.find_personal_data(text) else [])


def examine_names(names: Iterable[str]) -> Verdict:
    """Look at names and short texts alone, such as what somebody types."""
    return with_names(Verdict(Extraction(), ""), names)


def numbers_in_fields(fields: Sequence[tuple[str, str]]) -> list[int]:
    """Give the indices of those fields (name, value) that hold a マイナンバー, alone or with their neighbours."""
    alone = {index for index, (name, value) in enumerate(fields) if private.find_my_numbers(value, context=name)}
    return sorted(alone | numbers_over_fields(fields))


def require_no_number(text: str, place: str, context: str = "") -> None:
    """Refuse with GATE-01 what a person types where it would be kept and shown, when it holds a マイナンバー. `context`
    is what it is typed beside, such as a field's name; `place` says where it was typed."""
    if private.find_my_numbers(text, context=context):
        raise Refusal("GATE-01", places=place)


def mask(text: str) -> str:
    """Give a name of something held without the numbers in it, so that the place it waits in does not show them."""
    for found in reversed(private.find_my_numbers(text, context=private.CONTEXT_WORDS[0])):
        text = text[: found.start] + "●" * 12 + text[found.end :]
    return text


def _joined(verdict: Verdict, more: list[tuple[str, str]]) -> Verdict:
    """Let the stricter of both decide; the places are those of what decided."""
    for code in (MY_NUMBER, PERSONAL, UNREAD):
        places = [place for place, found in more if found == code]
        if verdict.code == code:
            places = [*verdict.places, *places]
        if verdict.code == code or places:
            return Verdict(verdict.of, code, tuple(places[:PLACES_SHOWN]))
    return verdict
