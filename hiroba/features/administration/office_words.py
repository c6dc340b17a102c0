"""The office's own words (names, terms), by which recordings are heard better: one file, kept by administrators."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from hiroba.features.administration.queries import require_administrator
from hiroba.foundation.changes import journal
from hiroba.foundation.people.models import Person
from hiroba.ingest.rereading import join_recordings_again
from hiroba.language.word_list import LEANED_TO, Word, read_words

LONGEST = 200_000  # characters of the list


@dataclass(frozen=True)
class OfficeWords:
    """The list as it was typed, and what is understood of it; the first `leaned_to` also guide the hearing itself."""

    text: str
    words: tuple[Word, ...]
    leaned_to: int = LEANED_TO


def words_visible_to(person: Person) -> OfficeWords:
    """Give the list to an administrator; ACCESS-02 for everybody else. Empty where there is none yet."""
    require_administrator(person)
    path = Path(settings.WORDS_FILE)
    text = path.read_text(encoding="utf-8-sig", errors="replace") if path.is_file() else ""
    return OfficeWords(text, tuple(read_words(text.splitlines())))


def keep_words(person: Person, text: str) -> OfficeWords:
    """Keep the list as typed; where it says something else than before, what was heard of recordings is put right by it
    anew. ACCESS-02 for whoever is no administrator."""
    before = words_visible_to(person).words
    path = Path(settings.WORDS_FILE)
    kept = "\n".join(text[:LONGEST].splitlines()).strip()
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.write_text(kept + "\n" if kept else "", encoding="utf-8")
    draft.replace(path)
    found = words_visible_to(person)
    if found.words != before:
        join_recordings_again()
    journal.note_now(person.pk, "settings.changed", "words", "", f"words={len(found.words)}")
    return found
