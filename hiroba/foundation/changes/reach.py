"""Who may be told of a change. The log knows ids only: upper rooms register how to find the audience of a subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hiroba.foundation.changes.models import Change

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reach:
    """The principals who may know of the subject now, and those who might until this change took it from them."""

    now: frozenset[str] = NOBODY
    before: frozenset[str] = NOBODY
    # Whose audience this is, when not the subject's own: ("record", its id) for a passage.
    of: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Fragment:
    """What the pages that show `place` are sent instead of the bare fact: the same for everybody who may read it."""

    place: str  # "channel-12"
    name: str  # of the stream's event
    data: str  # JSON on one line


@dataclass(frozen=True, slots=True)
class Event:
    """A change on its way to the pages that show its subject."""

    seq: int
    kind: str
    subject: str
    subject_id: int
    reach: Reach
    fragment: Fragment | None = None
    # What is sent, made once for all who may have it; the key is the newest reach's, see stream.
    blocks: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)

    @property
    def owner(self) -> tuple[str, int]:
        """Name the thing whose audience decides who is told."""
        return self.reach.of or (self.subject, self.subject_id)


# Changes of one subject, ascending → the reach of each as of now, by `seq`. One query for all, not one each.
FindReach = Callable[[Sequence[Change]], Mapping[int, Reach]]
_finders: dict[str, FindReach] = {}


def register_reach(subject: str, find: FindReach) -> None:
    """Have `find` say who may be told of changes to `subject`. A subject without a finder is told to nobody."""
    _finders[subject] = find


# Changes of one subject, ascending → what is shown of each, by `seq`. Called for changes as they happen, in one thread.
RenderFragments = Callable[[Sequence[Change]], Mapping[int, Fragment]]
_renderers: dict[str, RenderFragments] = {}


def register_fragments(subject: str, render: RenderFragments) -> None:
    """Have `render` say what is sent of changes to `subject`, to those pages only that show the fragment's place."""
    _renderers[subject] = render


def events_of(changes: Sequence[Change]) -> list[Event]:
    """Give the changes with their reach, in their order."""
    reaches: dict[int, Reach] = {}
    for subject in {change.subject for change in changes} & _finders.keys():
        reaches |= _finders[subject]([change for change in changes if change.subject == subject])
    fragments: dict[int, Fragment] = {}
    for subject in {change.subject for change in changes} & _renderers.keys():
        fragments |= _renderers[subject]([change for change in changes if change.subject == subject])
    return [
        Event(seq, change.kind, change.subject, change.subject_id, reaches.get(seq, Reach()), fragments.get(seq))
        for change in changes
        if (seq := change.seq) is not None
    ]


def is_within_reach(event: Event, principals: frozenset[str]) -> bool:
    """Tell whether the audience of the subject and the person's principals meet: the one rule, in memory."""
    return not event.reach.now.isdisjoint(principals)
