"""iCalendar (RFC 5545): each event a passage with its line; what repeats stands once, with its rule as written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hiroba.extract.passages import Extraction, Passage, Trouble
from hiroba.extract.plain import numbered_lines, read_text

MAX_EVENTS = 100_000
_LINE = re.compile(r'(?P<name>[A-Za-z-]+)(?P<params>(?:;[A-Za-z-]+=(?:"[^"]*"|[^;:"]*))*):(?P<value>.*)', re.DOTALL)
_ESCAPED = re.compile(r"\\([\\;,nN])")
_MOMENT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?")
PEOPLE = ("ORGANIZER", "ATTENDEE")
SHOWN = ("SUMMARY", "DTSTART", "DTEND", "LOCATION", "ORGANIZER", "ATTENDEE", "RRULE", "STATUS", "DESCRIPTION")


@dataclass
class Event:
    """One event: where it begins and what it says, by property name. Times are ISO, without a zone the office's."""

    line: int
    values: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its UID, and which of its repetitions it changes."""
        return " ".join(filter(None, (self.values.get("UID"), self.values.get("RECURRENCE-ID"))))


def extract(path: Path) -> Extraction:
    """Read the events of a calendar; ICS-01 when there is none in it, EXTRACT-37 where MAX_EVENTS cuts it."""
    decoded, warnings, error = read_text(path)
    if decoded is None:
        return Extraction(error=error, extractor="calendar/1")
    passages: list[Passage] = []
    for event in read_events(decoded.text):
        text = "\n".join(event.values[name] for name in SHOWN if event.values.get(name))
        passages.append(Passage(f"line={event.line}", text or event.key))
        if len(passages) == MAX_EVENTS:
            warnings.append(Trouble("EXTRACT-37", {"limit": MAX_EVENTS}))
            break
    if not passages:
        return Extraction(error=Trouble("ICS-01"), extractor="calendar/1")
    return Extraction(tuple(passages), tuple(warnings), facts={"encoding": decoded.encoding}, extractor="calendar/1")


def read_events(text: str) -> Iterator[Event]:
    """Give each VEVENT in order. Alarms and time zones inside or beside it are passed over."""
    event: Event | None = None
    inner = 0
    for number, line in _unfolded(text):
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        name, value = found["name"].upper(), found["value"]
        if name == "BEGIN" and value.strip().upper() == "VEVENT":
            event, inner = Event(number), 0
        elif event is not None and name in ("BEGIN", "END"):
            inner += 1 if name == "BEGIN" else -1
            if inner < 0:
                yield event
                event = None
        elif event is not None and not inner:
            _keep(event, name, found["params"], value)


def _keep(event: Event, name: str, params: str, value: str) -> None:
    said = _moment(value) if name.startswith(("DT", "RECURRENCE")) else _plain(value)
    if name in PEOPLE:
        called = re.search(r'CN=(?:"([^"]*)"|([^;:]*))', params, re.IGNORECASE)
        said = (called[1] or called[2]) if called else re.sub(r"(?i)^mailto:", "", said)
    before = event.values.get(name)
    event.values[name] = f"{before}、{said}" if before else said


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Join what RFC 5545 folds: a line that begins with a space or tab belongs to the one before."""
    start, line = 0, ""
    for number, part in numbered_lines(text):
        if part[:1] in (" ", "\t") and start:
            line += part[1:]
            continue
        if start:
            yield start, line
        start, line = number, part
    if start:
        yield start, line


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()


def _moment(value: str) -> str:
    found = _MOMENT.fullmatch(value.strip())
    if found is None:
        return value.strip()
    day = f"{found[1]}-{found[2]}-{found[3]}"
    return f"{day} {found[4]}:{found[5]}{found[7]}" if found[4] else day
