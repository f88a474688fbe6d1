"""Where showing a record on a map could harm somebody, as two people decided."""

from __future__ import annotations

import uuid

from django.db import models


class CountryRisk(models.Model):
    """One line of the table of country risk: what of a country is not shown on a map, or not by country.

    It overrides every consent, towards hiding only. One person proposes a line and another agrees; lifting it takes two
    people as well. A line that waits to be lifted still counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    country = models.CharField(max_length=2, db_index=True)
    about = models.CharField(max_length=12)  # everything, kind, operator, topic
    which = models.CharField(max_length=40, blank=True)  # an id of that list; blank for everything
    effect = models.CharField(max_length=8)  # region: counted in its region only; hidden: counted nowhere
    reason = models.CharField(max_length=24)  # a code: free words could name somebody
    state = models.CharField(
        max_length=12, default="proposed", db_index=True
    )  # proposed, holds, lifting, lifted, refused
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    agreed_by = models.UUIDField(null=True)
    agreed_at = models.DateTimeField(null=True)
    lift_by = models.UUIDField(null=True)  # who asked to lift it
    lift_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("country", "about", "which")
        constraints = (
            models.UniqueConstraint(
                fields=("country", "about", "which"),
                condition=models.Q(state__in=("proposed", "holds", "lifting")),
                name="one_live_risk_per_matter",
            ),
            models.CheckConstraint(
                condition=models.Q(agreed_by=None) | ~models.Q(agreed_by=models.F("proposed_by")),
                name="two_people_agree_on_a_risk",
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_by=None) | ~models.Q(lifted_by=models.F("lift_by")),
                name="two_people_lift_a_risk",
            ),
        )

    def __str__(self) -> str:
        return f"{self.country}: {self.about} {self.which} {self.effect}"
