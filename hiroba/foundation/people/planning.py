"""Compare a file of the personnel system with what stands, as it will be on the day the file speaks of.

A file that names most of the staff is a full export: it says who holds which post from its day on, so what stands on
that day and is absent from it ends the day before. A file that would send away more than a fifth of the staff is read
as a list of changes (with a warning, unless the caller says which it is): nothing ends because it is absent, except
other posts of the persons it names. What happened before the day is never rewritten. People without a staff number
(made by hand, the first administrator) are not the personnel system's and stay untouched.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from hiroba.foundation.people.models import ComingChange, Person, Post, RoleGrant, RoleName, in_force
from hiroba.foundation.people.plan import PersonChange, PersonStep, Plan, PostChange, PostStep
from hiroba.foundation.people.planning_units import plan_units
from hiroba.foundation.people.rows import Problem, Row, read_people_file
from hiroba.foundation.refusal import Refusal

# More leavers than this are rather a list of changes, or a wrong file, than one day's departures.
MANY = 0.2
PERSON_FIELDS = ("staff_number", "login", "name", "reading", "mail")


def plan_import(source: Path | bytes, on: dt.date, is_part: bool | None = None) -> Plan:
    """Say what applying the file would change from `on`. Problems of single lines are in the plan; PEOPLE-10, -23 or
    -26 when the file cannot be read at all. `is_part` None: a full export, unless too many would leave (PEOPLE-32)."""
    rows, problems = read_people_file(source)
    if is_part is not None:
        return plan_rows(rows, on, is_part, problems)
    plan = plan_rows(rows, on, False, problems)
    if plan.leaving <= plan.staff * MANY:
        return plan
    warning = Problem(0, "PEOPLE-32", {"leaving": plan.leaving, "staff": plan.staff})
    plan = plan_rows(rows, on, True, problems)
    return replace(plan, warnings=(warning, *plan.warnings))


def plan_rows(rows: Iterable[Row], on: dt.date, is_part: bool, problems: Iterable[Problem] = ()) -> Plan:
    """Say what these rows would change from `on`."""
    rows = tuple(rows)
    people = _People(rows, on)
    units, unit_problems, warnings = plan_units(rows, on, is_part)
    found = [*problems, *unit_problems, *people.problems]
    if not found:
        people.leave_absent(is_part)
    return Plan(
        on=on,
        is_part=is_part,
        rows=rows,
        problems=tuple(sorted(found, key=lambda problem: problem.line)),
        warnings=tuple(warnings),
        units=tuple(units),
        persons=tuple(people.changes),
        posts=tuple(people.posts),
        staff=people.staff,
    )


def require_applicable(plan: Plan) -> None:
    """Refuse a plan with problems (PEOPLE-20), or that would leave the office without an administrator (PEOPLE-22)."""
    if plan.problems:
        raise Refusal("PEOPLE-20", count=len(plan.problems), line=plan.problems[0].line)
    leavers = {change.person_id for change in plan.persons if change.step == PersonStep.LEFT}
    grants = RoleGrant.objects.filter(in_force(plan.on), role=RoleName.ADMINISTRATOR, person__is_active=True)
    administrators = set(grants.values_list("person_id", flat=True))
    if administrators and administrators <= leavers:
        raise Refusal("PEOPLE-22")


class _People:
    """The persons and posts of one file against those that stand."""

    def __init__(self, rows: tuple[Row, ...], on: dt.date) -> None:
        self.on = on
        self.changes: list[PersonChange] = []
        self.posts: list[PostChange] = []
        self.problems: list[Problem] = []
        self.persons = list(Person.objects.order_by("pk"))
        self.by_number = {person.staff_number: person for person in self.persons if person.staff_number}
        self.by_login = {person.login: person for person in self.persons}
        self.coming = _coming_values(on)
        self.standing: dict[int, list[Post]] = defaultdict(list)
        for post in Post.objects.select_related("unit").order_by("from_on", "pk"):
            self.standing[post.person_id].append(post)
        holders = Post.objects.filter(in_force(on), person__staff_number__isnull=False)
        self.staff = holders.values("person").distinct().count()
        self.seen: set[int] = set()
        self.gone: set[int] = set()  # named only with posts that are over
        self._read([row for row in rows if not row.is_unit_only])

    def _read(self, rows: list[Row]) -> None:
        by_number: dict[str, list[Row]] = defaultdict(list)
        current = {row.staff_number for row in rows if row.until_on is None or row.until_on >= self.on}
        for row in rows:
            if row.staff_number in current:
                by_number[row.staff_number].append(row)
            elif row.staff_number in self.by_number:
                self.gone.add(self.by_number[row.staff_number].pk)
        numbers_of: dict[str, set[str]] = defaultdict(set)
        for number, mine in by_number.items():
            for row in mine:
                numbers_of[row.login].add(number)
        for number, mine in by_number.items():
            self._check(mine, numbers_of)
            person = self.by_number.get(number) or self._unnumbered(mine[0].login)
            self._plan_person(person, mine[0])
            self._plan_posts(person, mine)

    def _unnumbered(self, login: str) -> Person | None:
        """Find somebody made by hand whom the personnel system now names too."""
        person = self.by_login.get(login)
        return person if person is not None and person.staff_number is None else None

    def _check(self, mine: list[Row], numbers_of: dict[str, set[str]]) -> None:
        first = mine[0]
        for row in mine[1:]:
            if (row.login, row.name) != (first.login, first.name):
                self.problems.append(Problem(row.line, "PEOPLE-16", {"number": row.staff_number}))
        owner = self.by_login.get(first.login)
        is_taken = owner is not None and owner.staff_number not in (None, first.staff_number)
        if len(numbers_of[first.login]) > 1 or (is_taken and owner and not self._gives_up_login(owner, numbers_of)):
            self.problems.append(Problem(first.line, "PEOPLE-17", {"login": first.login}))
        mains = sorted((row for row in mine if row.is_main), key=lambda row: row.from_on or self.on)
        for earlier, later in pairwise(mains):
            if earlier.until_on is None or earlier.until_on >= (later.from_on or self.on):
                self.problems.append(Problem(later.line, "PEOPLE-18", {"name": later.name}))

    def _gives_up_login(self, owner: Person, numbers_of: dict[str, set[str]]) -> bool:
        """Tell whether the file itself gives the login's present owner another one."""
        return any({owner.staff_number} == numbers and login != owner.login for login, numbers in numbers_of.items())

    def _plan_person(self, person: Person | None, row: Row) -> None:
        wanted = {name: getattr(row, name) for name in PERSON_FIELDS}
        if person is None:
            self.changes.append(PersonChange(PersonStep.NEW, row.login, row.name, fields=tuple(wanted.items())))
            return
        self.seen.add(person.pk)
        now = {name: getattr(person, name) for name in PERSON_FIELDS} | self.coming.get(person.pk, {})
        differing = tuple((name, value) for name, value in wanted.items() if (now[name] or "") != value)
        if differing:
            self.changes.append(PersonChange(PersonStep.CHANGED, row.login, row.name, person.pk, differing))

    def _plan_posts(self, person: Person | None, mine: list[Row]) -> None:
        left = list(self.standing[person.pk]) if person else []
        for row in sorted(mine, key=lambda row: row.from_on or self.on):
            match = self._match(row, left)
            if match is None:
                self._begin(row)
            else:
                left.remove(match)
                self._continue(match, row)
        for post in left:
            self._end(post, mine[0].login, mine[0].name)

    def _match(self, row: Row, left: list[Post]) -> Post | None:
        """Find the post that this row goes on with: same unit, overlapping, the latest when history was split."""
        begins, ends = row.from_on or self.on, row.until_on or dt.date.max
        same = [post for post in left if post.unit.code == row.unit]
        overlapping = [post for post in same if post.from_on <= ends and (post.until_on or dt.date.max) >= begins]
        return overlapping[-1] if overlapping else None

    def _begin(self, row: Row) -> None:
        """Begin a post; one that ended before the day is history, and history is not rewritten."""
        if row.until_on is None or row.until_on >= self.on:
            self.posts.append(_post(PostStep.BEGUN, row, row.from_on or self.on, row.until_on))

    def _continue(self, post: Post, row: Row) -> None:
        """Go on with a post: a new title splits it at the day, so that the old one stays in history."""
        if row.until_on is not None and row.until_on < self.on:
            self._end(post, row.login, row.name)
            return
        changed = (post.title, post.is_main) != (row.title, row.is_main)
        if changed and post.from_on < self.on:
            self._end(post, row.login, row.name)
            self.posts.append(_post(PostStep.BEGUN, row, self.on, row.until_on))
            return
        moves = row.from_on is not None and min(row.from_on, post.from_on) >= self.on
        begins = row.from_on if moves and row.from_on else post.from_on
        if changed or (begins, row.until_on) != (post.from_on, post.until_on):
            is_end = not changed and begins == post.from_on and row.until_on is not None
            self.posts.append(_post(PostStep.ENDED if is_end else PostStep.CHANGED, row, begins, row.until_on, post.pk))

    def _end(self, post: Post, login: str, name: str) -> None:
        """End the day before, or take back what had not begun; what is over stays as it was."""
        if post.until_on is not None and post.until_on < self.on:
            return
        has_begun = post.from_on < self.on
        self.posts.append(
            PostChange(
                PostStep.ENDED if has_begun else PostStep.CANCELLED,
                login,
                name,
                post.unit.code,
                post.title,
                post.is_main,
                post.from_on,
                self.on - dt.timedelta(days=1) if has_begun else post.until_on,
                post.pk,
            )
        )

    def leave_absent(self, is_part: bool) -> None:
        """End the posts of everybody whom the personnel system knew and names no more."""
        for person in self.persons:
            if person.pk in self.seen or not person.staff_number or (is_part and person.pk not in self.gone):
                continue
            count = len(self.posts)
            for post in self.standing[person.pk]:
                self._end(post, person.login, person.name)
            if len(self.posts) > count:
                self.changes.append(PersonChange(PersonStep.LEFT, person.login, person.name, person.pk))


def _post(
    step: PostStep, row: Row, from_on: dt.date, until_on: dt.date | None, post_id: int | None = None
) -> PostChange:
    return PostChange(step, row.login, row.name, row.unit, row.title, row.is_main, from_on, until_on, post_id)


def _coming_values(on: dt.date) -> dict[int, dict[str, str]]:
    """Give the values already planned for each person up to `on`."""
    values: dict[int, dict[str, str]] = defaultdict(dict)
    for change in ComingChange.objects.filter(on__lte=on).order_by("on"):
        values[change.person_id] |= change.values
    return values
