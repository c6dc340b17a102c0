"""Audiences as sets: found or made, compared, and said in plain words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from hiroba.foundation.access.models import Audience, AudiencePrincipal
from hiroba.foundation.access.principals import EVERYONE
from hiroba.foundation.people.looks import asked_once
from hiroba.foundation.people.models import Person, Team
from hiroba.foundation.people.queries import Tree, get_tree
from hiroba.foundation.refusal import Refusal


def find_or_add_audience(principals: Iterable[str]) -> Audience:
    """Give the one Audience row of this set. An empty set is refused (ACCESS-04): nobody could ever read it."""
    names = sorted(set(principals))
    if not names:
        raise Refusal("ACCESS-04", audience="")
    key = hashlib.sha256("\n".join(names).encode()).hexdigest()
    with transaction.atomic():
        audience, is_new = Audience.objects.get_or_create(key=key)
        if is_new:
            AudiencePrincipal.objects.bulk_create(
                AudiencePrincipal(audience=audience, principal=name) for name in names
            )
    return audience


@asked_once
def principals_in(audience_id: int) -> frozenset[str]:
    """Give the set an audience stands for."""
    rows = AudiencePrincipal.objects.filter(audience_id=audience_id)
    return frozenset(rows.values_list("principal", flat=True))


def is_narrower(new: frozenset[str], old: frozenset[str]) -> bool:
    """Tell whether somebody who could read with `old` might no longer with `new` (treated as a revocation)."""
    return EVERYONE not in new and not old <= new


def say_principal(principal: str, tree: Tree | None = None) -> str:
    """Name a principal as people say it: 全庁, 子育て支援課, 窓口改善PT, 木村 直美さん."""
    kind, _sep, name = principal.partition(":")
    if principal == EVERYONE:
        return _("全庁")
    if kind == "unit":
        return (tree or get_tree()).name(name)
    if kind == "team":
        return Team.objects.filter(pk=name).values_list("name", flat=True).first() or name
    if kind == "person":
        found = Person.objects.filter(pk=name).values_list("name", flat=True).first()
        return _("%(name)sさん") % {"name": found or name}
    return name


def say_audience(principals: Iterable[str], tree: Tree | None = None) -> str:
    """Say who may read, in one short phrase: 「全庁で共有」「子育て支援課で共有」."""
    names = set(principals)
    if EVERYONE in names:
        return _("全庁で共有")
    said = [say_principal(name, tree) for name in sorted(names)]
    if len(said) > 3:
        return _("%(names)s ほか%(more)dで共有") % {"names": "・".join(said[:3]), "more": len(said) - 3}
    return _("%(names)sで共有") % {"names": "・".join(said)}
