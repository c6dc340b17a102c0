"""Text under construction: pieces put one after the other, with marks over stretches of them."""

from __future__ import annotations

from hiroba.extract.passages import Mark, Span


class Line:
    """The text of one passage while a reader collects it. Positions are indices into the text so far."""

    __slots__ = ("_marks", "_pieces", "_spans", "length")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._marks: list[Mark] = []
        self._spans: list[Span] = []
        self.length = 0

    def add(self, text: str) -> None:
        """Put text at the end."""
        if text:
            self._pieces.append(text)
            self.length += len(text)

    def mark(self, start: int, mark: Mark) -> None:
        """Lay a mark's kind and value over everything from `start` to the end; neighbours of the same kind join."""
        if self.length <= start:
            return
        last = self._marks[-1] if self._marks else None
        if last and last.end == start and (last.kind, last.value) == (mark.kind, mark.value) and mark.kind != "ruby":
            self._marks[-1] = Mark(last.start, self.length, mark.kind, mark.value)
        else:
            self._marks.append(Mark(start, self.length, mark.kind, mark.value))

    def place(self, start: int, locator: str) -> None:
        """Say where everything from `start` to the end stands."""
        if self.length > start:
            self._spans.append(Span(start, self.length, locator))

    def append(self, other: Line, separator: str) -> None:
        """Put another finished line after this one, separated where both have text."""
        text, marks, spans = other.finish()
        if not text:
            return
        if self.length:
            self.add(separator)
        start = self.length
        self.add(text)
        self._marks += [Mark(start + m.start, start + m.end, m.kind, m.value) for m in marks]
        self._spans += [Span(start + s.start, start + s.end, s.locator) for s in spans]

    def finish(self) -> tuple[str, tuple[Mark, ...], tuple[Span, ...]]:
        """Give the text without white space around it, and marks and spans that fit it."""
        whole = "".join(self._pieces)
        text = whole.strip()
        if not text:
            return "", (), ()
        cut = len(whole) - len(whole.lstrip())
        marks = tuple(
            Mark(max(0, m.start - cut), min(len(text), m.end - cut), m.kind, m.value)
            for m in self._marks
            if m.start - cut < len(text) and m.end > cut
        )
        spans = tuple(
            Span(max(0, s.start - cut), min(len(text), s.end - cut), s.locator)
            for s in self._spans
            if s.start - cut < len(text) and s.end > cut
        )
        return text, marks, spans
