"""Audiences: sets of principals, stored once per distinct set."""

from __future__ import annotations

from django.db import models


class Audience(models.Model):
    """A set of principals that records share. `key` is the sorted set, so that equal sets are one row."""

    key = models.CharField(max_length=64, unique=True)  # SHA-256 of the sorted principals
    created_at = models.DateTimeField(auto_now_add=True)


class AudiencePrincipal(models.Model):
    """One principal of an audience: "everyone", "unit:0402", "team:3", "person:12" or "role:administrator"."""

    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="principals")
    principal = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audience", "principal"], name="audience_names_principal_once")]
