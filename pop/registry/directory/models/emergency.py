"""Emergency numbers per country, and dated notices."""

from __future__ import annotations

import uuid

from django.db import models

from pop.registry.directory.models.services import Service


class EmergencyNumber(models.Model):
    """One emergency number of one country. At most two are shown, general first, never one only a library knows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    country = models.CharField(max_length=2, db_index=True)
    dial = models.CharField(max_length=16)
    kind = models.CharField(max_length=24)  # any, police, ambulance, fire, unknown
    stage = models.CharField(max_length=24)
    source = models.CharField(max_length=300)
    observed_on = models.DateField(null=True)
    rank = models.PositiveSmallIntegerField(default=0)  # 1 and 2 are shown, 0 is not

    class Meta:
        ordering = ("country", "rank", "dial")
        constraints = (models.UniqueConstraint(fields=("country", "dial"), name="one_row_per_emergency_number"),)

    def __str__(self) -> str:
        return f"{self.country} {self.dial}"


class Notice(models.Model):
    """A dated, expiring word about a service or a whole country: it stands before the number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    country = models.CharField(max_length=2, db_index=True)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, related_name="notices")
    kind = models.CharField(max_length=12)  # disrupted, moved, crisis: the words shown are ours, translated
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()  # compulsory: a notice that nobody renews goes away
    source = models.CharField(max_length=300, blank=True)
    created_by = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="notice_ends_after_it_starts"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.country}"
