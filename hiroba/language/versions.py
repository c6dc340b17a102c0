"""Whether two papers are one: the same content in another form, or a later version of the same thing.

Precision counts more than finding all: a monthly report is not last month's, a form that thirty sections filled in is
not one paper. Thresholds: bench/versions.py, docs/dev/bench.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hiroba.language.likeness import Likeness, Sketch, compare
from hiroba.language.version_names import PaperName, is_series, read_name

Verdict = Literal["format", "version"]
# The same content: what two readers make of a Word file and its PDF differs by headers, numbering, hyphenation.
SAME_SHARED, SAME_CONTAINED, SAME_NUMBERS = 0.72, 0.88, 0.9
# In a short text the readers have little to differ by: what differs was written.
SHORT_RUNS, SHORT_SHARED, SHORT_CONTAINED = 1_000, 0.93, 0.98
RESAVED = 1.0
# One name speaks of versions: its text must bear that out. Where both do, in one folder, that is enough.
NAMED_SHARED, NAMED_CONTAINED, ELSEWHERE_SHARED = 0.3, 0.5, 0.5
# Names that say nothing: nearly the same text, and the same figures.
UNNAMED_SHARED, UNNAMED_NUMBERS = 0.85, 0.9
SHORTEST_STEM = 2


@dataclass(frozen=True)
class Paper:
    """What is known of a paper when it is compared: its file's name, where it lies, its form (docx) and its text."""

    file_name: str
    folder: str
    form: str
    text: Sketch

    @property
    def name(self) -> PaperName:
        """Its name, taken apart."""
        return read_name(self.file_name)


def decide(left: Paper, right: Paper) -> tuple[Verdict | None, float]:
    """Say whether two papers are the same content in another form, or versions, and how alike their texts are."""
    names = left.name, right.name
    likeness = compare(left.text, right.text)
    if is_series(*names) or _are_apart(left, right, names):
        return None, likeness.shared
    is_enough = left.text.is_enough and right.text.is_enough
    are_forms = left.form != right.form and is_older(left, right) is None  # 案2.docx and 最終.pdf are two versions
    if is_enough and _is_same(likeness, are_forms, min(len(left.text.runs), len(right.text.runs))):
        return "format", likeness.shared
    if _is_named_version(left, right, names, likeness):
        return "version", likeness.shared
    is_near = likeness.shared >= UNNAMED_SHARED and likeness.numbers_shared >= UNNAMED_NUMBERS
    return ("version" if is_enough and is_near else None), likeness.shared


def _are_apart(left: Paper, right: Paper, names: tuple[PaperName, PaperName]) -> bool:
    """The same name in folders of different times or sections: each has its own."""
    if left.folder == right.folder:
        return False
    folders = read_name(left.folder.replace("/", " ")), read_name(right.folder.replace("/", " "))
    return is_series(*folders) or (names[0].stem == names[1].stem and not names[0].has_mark and not names[1].has_mark)


def _is_same(likeness: Likeness, are_forms: bool, runs: int) -> bool:
    if not are_forms:
        return likeness.shared >= RESAVED and likeness.numbers_shared >= RESAVED
    if likeness.numbers_contained < SAME_NUMBERS:
        return False
    if runs < SHORT_RUNS:
        return likeness.contained >= SHORT_CONTAINED and likeness.shared >= SHORT_SHARED
    return likeness.contained >= SAME_CONTAINED and likeness.shared >= SAME_SHARED


def _is_named_version(left: Paper, right: Paper, names: tuple[PaperName, PaperName], likeness: Likeness) -> bool:
    marks = names[0].has_mark + names[1].has_mark
    if not marks or names[0].stem != names[1].stem or len(names[0].stem) < SHORTEST_STEM:
        return False
    if left.folder != right.folder:
        return likeness.shared >= ELSEWHERE_SHARED
    if marks == 2 or names[0].is_sure or names[1].is_sure:
        return True
    return likeness.shared >= NAMED_SHARED or likeness.contained >= NAMED_CONTAINED


def is_older(left: Paper, right: Paper) -> bool | None:
    """Tell whether the left paper's name says that it comes before the right one's; None when names say nothing."""
    ranks = left.name.rank, right.name.rank
    if ranks[0] == ranks[1] or (0.0 in ranks and min(ranks) >= 0.0):
        return None
    return ranks[0] < ranks[1]
