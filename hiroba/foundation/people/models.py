"""Who works here: units as a tree with periods, persons, posts, teams and roles."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Unit(models.Model):
    """A node of the organisation tree (部・課・係). Its code never changes; name and place are kept in UnitTerm."""

    code = models.CharField(max_length=32, unique=True)
    # A dissolved unit's rights pass to the unit named here.
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors")

    def __str__(self) -> str:
        return self.code


class UnitTerm(models.Model):
    """What a unit was called and where it stood in the tree in a period (both days included)."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="terms")
    name = models.CharField(max_length=100)
    parent = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="child_terms")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "from_on"], name="unit_term_starts_once"),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="unit_term_ends_after_start"
            ),
        ]


class PersonManager(BaseUserManager["Person"]):
    """What Django's authentication needs to find a person by login."""

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(login=username)


class Person(AbstractBaseUser):
    """Somebody who may sign in. Names are stored as they came (外字, IVS kept)."""

    staff_number = models.CharField(max_length=32, unique=True, null=True, blank=True)
    login = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    reading = models.CharField(max_length=100, blank=True)
    mail = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    # A first password on a slip, or one reset by an administrator, must be changed at the next sign-in.
    must_change_password = models.BooleanField(default=False)
    language = models.CharField(max_length=5, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[PersonManager] = PersonManager()

    def __str__(self) -> str:
        return self.login


class Post(models.Model):
    """A person's place in a unit in a period; several at once is 兼務."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(max_length=50, blank=True)
    is_main = models.BooleanField(default=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "unit", "from_on"], name="post_starts_once"),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="post_ends_after_start"
            ),
        ]


class ComingChange(models.Model):
    """A name, login or mail that the personnel system changes on a coming day; applied when the day begins."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="coming_changes")
    on = models.DateField()
    values = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "on"], name="coming_change_once_a_day")]


class Team(models.Model):
    """A committee or project team across units."""

    name = models.CharField(max_length=100, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's time in a team."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)


class RoleName(models.TextChoices):
    """What a person may do beyond their posts. No role opens a record by itself."""

    ADMINISTRATOR = "administrator", _("管理者")
    AUDITOR = "auditor", _("閲覧記録を見る人")
    ARCHIVIST = "archivist", _("文書管理")


class RoleGrant(models.Model):
    """A role given to a person in a period."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=32, choices=RoleName.choices)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)


class PendingImport(models.Model):
    """A personnel file by which an administrator would read more than before: it waits for a second administrator.
    One that was applied at the machine itself is told to all of them instead."""

    WAITING, APPLIED, REFUSED = "", "applied", "refused"
    file = models.BinaryField()  # emptied when it is decided
    on = models.DateField()
    is_part = models.BooleanField()
    mark = models.CharField(max_length=64)  # of the plan that was shown
    # [{"login": "endo", "name": "遠藤 光", "gains": ["unit:0402", …]}, …]
    gains = models.JSONField()
    proposed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True)

    @property
    def names(self) -> str:
        """Give the names of the administrators who would read more."""
        return "、".join(str(each["name"]) for each in self.gains)


class SignIn(models.Model):
    """One browser where a person is signed in: what the session list shows, and what sign-out-everywhere ends."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    agent = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()


class SignInTry(models.Model):
    """A failed sign-in, kept for a short time to slow guessing down without locking anybody out."""

    login = models.CharField(max_length=64, db_index=True)
    address = models.GenericIPAddressField(null=True, blank=True, db_index=True)
    # The browser's device cookie, when the person had signed in there before: its failures are counted apart.
    device = models.CharField(max_length=64, blank=True, db_index=True)
    at = models.DateTimeField(default=None, db_index=True)
    # Begun and not yet judged: tries at the same moment see one another, an office's morning is no attack.
    is_open = models.BooleanField(default=False)


class ResetCode(models.Model):
    """A code on a slip of paper that opens the door once, for a short time, where a password is forgotten."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reset_codes")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()


class Token(models.Model):
    """A personal key for the HTTP API: only its SHA-256 is stored."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


def in_force(day: dt.date) -> Q:
    """Match rows with from_on/until_on that hold on `day`."""
    return Q(from_on__lte=day) & (Q(until_on__isnull=True) | Q(until_on__gte=day))
