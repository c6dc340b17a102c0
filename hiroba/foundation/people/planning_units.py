"""Plan what a personnel file changes in the tree of units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from hiroba.foundation.people.models import UnitTerm, in_force
from hiroba.foundation.people.plan import UnitChange, UnitStep
from hiroba.foundation.people.rows import Problem, Row

Found = tuple[list[UnitChange], list[Problem], list[Problem]]
Place = tuple[str, str]  # name and parent's code, "" at the top


def plan_units(rows: Iterable[Row], on: dt.date, is_part: bool) -> Found:
    """Give the changes of units from `on`, the problems, and the warnings.

    A unit lives when a line names it as 部署コード or 上位部署コード; in a full file every other one ends
    the day before. A line with 後継 ends its unit and passes its rights on."""
    rows = [row for row in rows if row.until_on is None or row.until_on >= on]
    standing = _standing(on)
    successors = {row.unit: row for row in rows if row.successor}
    wanted, problems = _wanted([row for row in rows if not row.successor], standing)
    warnings = _keep_parents(wanted, standing, rows)
    for row in successors.values():
        if row.successor not in wanted and not (is_part and row.successor in standing):
            problems.append(Problem(row.line, "PEOPLE-25", {"code": row.successor}))
        elif row.unit in wanted:
            problems.append(Problem(row.line, "PEOPLE-15", {"code": row.unit}))
    problems += _circles(standing | wanted if is_part else wanted, rows)
    changes = [change for code, place in wanted.items() if (change := _change(code, place, standing.get(code)))]
    ended, without = _ended(standing, wanted, successors, is_part)
    return changes + ended, problems, warnings + without


def _standing(on: dt.date) -> dict[str, Place]:
    terms = UnitTerm.objects.filter(in_force(on)).order_by("from_on")
    return {
        code: (name, parent or "") for code, name, parent in terms.values_list("unit__code", "name", "parent__code")
    }


def _wanted(rows: list[Row], standing: Mapping[str, Place]) -> tuple[dict[str, Place], list[Problem]]:
    """Give each unit's name and parent by the file; a line with a code and no name leaves the unit as it stands."""
    wanted: dict[str, Place] = {}
    problems: list[Problem] = []
    for row in rows:
        place = (row.unit_name, row.parent)
        if row.unit_name and wanted.setdefault(row.unit, place) != place:
            problems.append(Problem(row.line, "PEOPLE-15", {"code": row.unit}))
    for row in rows:
        if row.unit in wanted:
            continue
        if row.unit in standing:
            wanted[row.unit] = standing[row.unit]
        else:
            problems.append(Problem(row.line, "PEOPLE-14", {"code": row.unit}))
    return wanted, problems


def _keep_parents(wanted: dict[str, Place], standing: Mapping[str, Place], rows: list[Row]) -> list[Problem]:
    """Add the units named only as parents, as they stand; a wholly unknown one is called by its code for now."""
    warnings: list[Problem] = []
    waiting = [parent for _name, parent in wanted.values()]
    while waiting:
        code = waiting.pop()
        if not code or code in wanted:
            continue
        wanted[code] = standing.get(code, (code, ""))
        waiting.append(wanted[code][1])
        if code not in standing:
            line = next((row.line for row in rows if row.parent == code), 1)
            warnings.append(Problem(line, "PEOPLE-31", {"code": code}))
    return warnings


def _circles(places: Mapping[str, Place], rows: list[Row]) -> list[Problem]:
    problems: list[Problem] = []
    for code in places:
        steps, at = {code}, places[code][1]
        while at and at in places and at not in steps:
            steps.add(at)
            at = places[at][1]
        if at == code:
            line = next((row.line for row in rows if row.unit == code), 1)
            problems.append(Problem(line, "PEOPLE-19", {"code": code}))
    return problems


def _change(code: str, place: Place, old: Place | None) -> UnitChange | None:
    if old == place:
        return None
    if old is None:
        return UnitChange(UnitStep.NEW, code, *place)
    step = UnitStep.MOVED if old[1] != place[1] else UnitStep.RENAMED
    return UnitChange(step, code, *place, old_name=old[0], old_parent=old[1])


def _ended(
    standing: Mapping[str, Place], wanted: Mapping[str, Place], successors: Mapping[str, Row], is_part: bool
) -> tuple[list[UnitChange], list[Problem]]:
    changes: list[UnitChange] = []
    warnings: list[Problem] = []
    for code, (name, parent) in standing.items():
        if code in successors:
            heir = successors[code].successor
            changes.append(UnitChange(UnitStep.MERGED, code, name, parent, name, parent, heir))
        elif code not in wanted and not is_part:
            changes.append(UnitChange(UnitStep.ENDED, code, name, parent, name, parent))
            warnings.append(Problem(0, "PEOPLE-30", {"code": code, "name": name}))
    return changes, warnings
