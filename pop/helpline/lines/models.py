"""Lines, teams, their members and their keys. Staff are ids only: no foreign key leaves the helpline."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class Line(models.Model):
    """One helpline line of the organisation: whom it serves, when, and what it does in danger."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    sandbox = models.BooleanField(default=False)  # for trying out: marked on every page, refused in production
    practice = models.BooleanField(default=False)  # scripted children only; no real child is ever offered it
    countries = models.JSONField(default=list)  # ISO 3166-1 alpha-2
    languages = models.JSONField(default=list)  # BCP 47, in order of preference
    min_age = models.PositiveSmallIntegerField(null=True)
    max_age = models.PositiveSmallIntegerField(null=True)
    hours = models.CharField(max_length=500, default="24/7")  # OSM opening_hours
    timezone = models.CharField(max_length=64, default="UTC")  # IANA
    closed_until = models.DateTimeField(null=True)  # closed by a supervisor before the hours end
    service_id = models.UUIDField(null=True)  # the line's record in the registry
    longest_wait_minutes = models.PositiveSmallIntegerField(default=45)  # nobody waits longer: the hard cap
    read_within_hours = models.PositiveSmallIntegerField(default=24)  # when a message left out of hours is read
    answer_complaints_within_days = models.PositiveSmallIntegerField(default=7)
    emergency_contact = models.CharField(max_length=200, blank=True)  # whom staff call in imminent danger
    danger_steps = models.JSONField(default=list)  # the line's own written steps, in order: [{"id", "text", "told"}]
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A group of staff of one line who may open each other's conversations."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=120)
    intake = models.BooleanField(default=False)  # new conversations are sealed to this team; one per line
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line"], condition=models.Q(intake=True), name="one_intake_team_a_line")
        ]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """Somebody in a team, as counsellor or as supervisor."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    staff = models.UUIDField(db_index=True)
    role = models.CharField(max_length=16)  # counsellor | supervisor
    since = models.DateTimeField(auto_now_add=True)
    admitted_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["team", "staff"], condition=models.Q(ended_at=None), name="a_member_once_a_team"
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.staff}"


class TeamKey(models.Model):
    """One edition of a team's X25519 pair; the newest without `retired_at` is the one that new keys are sealed to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="keys")
    edition = models.PositiveIntegerField()
    public_key = models.BinaryField()
    made_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)
    # Only for a sandbox line with development keys: the private key under the root key, so that a first visitor finds
    # a team. Production refuses it.
    founding_seal = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["team", "edition"], name="a_team_key_edition_once")]

    def __str__(self) -> str:
        return f"key {self.edition} of team {self.team_id}"


class TeamKeySeal(models.Model):
    """A team's private key, sealed to one member's public key."""

    id = models.BigAutoField(primary_key=True)
    team_key = models.ForeignKey(TeamKey, on_delete=models.CASCADE, related_name="seals")
    staff = models.UUIDField(db_index=True)
    staff_edition = models.PositiveIntegerField()
    blob = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team_key", "staff"], name="a_team_key_sealed_once_a_member")
        ]

    def __str__(self) -> str:
        return f"seal of {self.team_key_id} for {self.staff}"
