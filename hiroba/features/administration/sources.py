"""How the sources stand, for administrators: what they are, when they were visited, what came of it; never content."""

from __future__ import annotations

from dataclasses import dataclass

from hiroba.foundation.access.audiences import principals_in, say_audience
from hiroba.foundation.access.principals import require_role
from hiroba.foundation.people.models import Person, RoleName, Team
from hiroba.foundation.people.queries import Tree, get_tree
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.secret_files import has_secret
from hiroba.ingest.models import Source
from hiroba.ingest.sources import KINDS, Field, secret_name


@dataclass(frozen=True)
class SourceRow:
    """A source in the list. `trouble` is what its last visit said, put into words by the page."""

    source: Source
    kind: str
    audience: str
    is_visited: bool
    trouble: dict[str, object] | None


@dataclass(frozen=True)
class SourcePage:
    """A source with its settings in the words of its kind; of a secret only whether there is one."""

    row: SourceRow
    settings: list[tuple[str, str]]
    secrets: list[tuple[str, bool]]


def sources_visible_to(person: Person) -> list[SourceRow]:
    """List all sources by name."""
    require_role(person, RoleName.ADMINISTRATOR)
    tree = get_tree()
    return [row_of(source, tree) for source in Source.objects.select_related("person", "unit").order_by("name")]


def row_of(source: Source, tree: Tree | None = None) -> SourceRow:
    """Put a source into words."""
    kind = KINDS.get(source.kind)
    return SourceRow(
        source,
        str(kind.label) if kind else source.kind,
        say_audience(principals_in(source.audience_id), tree),
        kind is None or kind.visit is not None,
        {"code": source.last_code, "params": source.last_params} if source.last_code else None,
    )


def get_source_page_visible_to(person: Person, source_id: int) -> SourcePage:
    """Give one source; ACCESS-01 when there is none."""
    require_role(person, RoleName.ADMINISTRATOR)
    source = Source.objects.select_related("person", "unit").filter(pk=source_id).first()
    if source is None:
        raise Refusal("ACCESS-01")
    fields: tuple[Field, ...] = KINDS[source.kind].fields if source.kind in KINDS else ()
    shown = [(str(each.label), _shown(each, source)) for each in fields if not each.is_secret]
    secrets = [(str(each.label), has_secret(secret_name(source.pk, each.name))) for each in fields if each.is_secret]
    return SourcePage(row_of(source), shown, secrets)


def _shown(asked: Field, source: Source) -> str:
    value = str(source.settings.get(asked.name, ""))
    return str(dict(asked.choices).get(value, value))


def audience_text(source: Source) -> str:
    """Give a source's audience in the words of `parse_audience`, for its form."""
    return ",".join(_as_asked(each) for each in sorted(principals_in(source.audience_id)))


def _as_asked(principal: str) -> str:
    kind, _sep, name = principal.partition(":")
    if kind == "team":
        return f"team:{Team.objects.filter(pk=name).values_list('name', flat=True).first() or name}"
    if kind == "person":
        return f"person:{Person.objects.filter(pk=name).values_list('login', flat=True).first() or name}"
    return principal


def audience_choices() -> list[tuple[str, str]]:
    """List the units and teams a source can begin with, each as `parse_audience` reads it."""
    tree = get_tree()
    units = [(f"unit:{code}", tree.full_name(code)) for code in sorted(tree.parents)]
    return units + [(f"team:{name}", name) for name in Team.objects.order_by("name").values_list("name", flat=True)]
