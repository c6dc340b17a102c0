"""The search page's own arrangement of what was found."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from hiroba.archive.kinds import LABELS
from hiroba.archive.models import Record
from hiroba.features.finding.forms import SearchForm
from hiroba.foundation.access.audiences import principals_in, say_audience
from hiroba.foundation.access.principals import EVERYONE, principals_of
from hiroba.foundation.people.models import Person, Post, in_force
from hiroba.foundation.people.queries import Tree, get_tree, today
from hiroba.search import queries as search
from hiroba.search.query import Note

RECORDS_A_PAGE = 20


@dataclass(frozen=True)
class Card:
    """One record found, with what stands around it."""

    record: Record
    passages: tuple[search.PassageHit, ...]
    kind_label: str
    unit_name: str
    sharing: str
    is_everyone: bool


@dataclass(frozen=True)
class Choice:
    """One facet value: what it is called, how many passages, and whether it is chosen."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Page:
    """What the search page shows."""

    form: SearchForm
    results: search.Results
    cards: list[Card]
    kinds: list[Choice]
    units: list[Choice]
    years: list[Choice]
    people: list[Person]
    missing: list[search.Missing]
    notes: list[str]


def get_page(person: Person, form: SearchForm) -> Page:
    """Search and arrange; an index that cannot be read is said as SEARCH-02 by the view."""
    asked = asked_of(form)
    results = search.search(person, asked)
    facets = search.count_facets(person, asked).counts if results.total else {}
    tree = get_tree()
    return Page(
        form=form,
        results=results,
        cards=[_card(hits, tree) for hits in results.records],
        kinds=[
            Choice(value, str(LABELS.get(value, value)), count, value == form.kind)
            for value, count in facets.get("kind", ())
        ],
        units=_unit_choices(facets.get("unit", ()), tree, form.unit),
        years=[
            Choice(value, _("%(year)s年度") % {"year": f"令和{int(value) - 2018}"}, count, False)
            for value, count in sorted(facets.get("year", ()), reverse=True)[:5]
            if int(value) > 2018
        ],
        people=find_people(person, form.text),
        missing=[] if results.total else search.explain_nothing(person, asked),
        notes=[say_note(note) for note in results.notes],
    )


def asked_of(form: SearchForm) -> search.Asked:
    """Turn an address into what the search room is asked."""
    return search.Asked(
        text=form.text,
        limit=RECORDS_A_PAGE,
        offset=(form.page - 1) * RECORDS_A_PAGE,
        order="date" if form.order == "date" else "relevance",
        kinds=frozenset({form.kind} - {""}),
        units=frozenset({form.unit} - {""}),
    )


def _unit_choices(counts: Collection[tuple[str, int]], tree: Tree, chosen: str) -> list[Choice]:
    """Offer sections rather than whole departments, most frequent first."""
    sections = [(code, count) for code, count in counts if tree.section(code) == code and len(tree.path(code)) > 1]
    return [Choice(code, tree.name(code), count, code == chosen) for code, count in sections[:8]]


def _card(hits: search.RecordHits, tree: Tree) -> Card:
    principals = principals_in(hits.record.audience_id)
    return Card(
        record=hits.record,
        passages=hits.passages,
        kind_label=str(LABELS.get(hits.record.kind, LABELS["other"])),
        unit_name=tree.full_name(hits.record.unit.code) if hits.record.unit else "",
        sharing=say_audience(principals, tree),
        is_everyone=EVERYONE in principals,
    )


def find_people(person: Person, text: str, limit: int = 5) -> list[Person]:
    """Give colleagues whose name, reading or login has what was typed; only people with a post today, and only to
    somebody who belongs to the office."""
    asked = text.strip()
    if not 1 < len(asked) <= 40 or EVERYONE not in principals_of(person):
        return []
    squeezed = asked.replace(" ", "").replace("\u3000", "")
    names = Q(name__icontains=asked) | Q(reading__icontains=asked) | Q(login__istartswith=asked)
    if len(squeezed) > 2:
        names |= Q(name__icontains=squeezed[:2]) & Q(name__icontains=squeezed[2:])
    current = Person.objects.filter(names, is_active=True, posts__in=Post.objects.filter(in_force(today())))
    return list(current.distinct().order_by("reading")[:limit])


def say_note(note: Note) -> str:
    """Say one repair of the query in words."""
    words = {
        "cut_characters": _("長いので、はじめの2,000文字でさがしました。"),
        "cut_words": _("ことばが多いので、はじめの48語でさがしました。"),
        "cut_depth": _("かっこの重なりが深いので、途中までで読みました。"),
        "closed_quote": _("閉じていない引用符を、終わりで閉じました。"),
        "closed_parenthesis": _("閉じていないかっこを、終わりで閉じました。"),
        "dropped_operator": _("「%(text)s」は、つなぐことばがないので使いませんでした。"),
        "dropped_mark": _("「%(text)s」は、記号だけなので使いませんでした。"),
        "unknown_filter_value": _("「%(text)s」に当たるものがありません。"),
    }
    return words[note.code] % {"text": note.text}
