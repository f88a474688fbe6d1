"""Organisations, their services, and the contacts of each service."""

from __future__ import annotations

import uuid

from django.db import models


class Organisation(models.Model):
    """A body that runs services."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    website = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=200, blank=True)
    operator = models.CharField(max_length=32, blank=True)

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """One service of one organisation in one country. What each column may hold is in vocabulary and rules."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source_key = models.CharField(
        max_length=260, unique=True, null=True
    )  # "KE|Childline Kenya" as first loaded; null if made here
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="services")
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2, db_index=True)
    subdivisions = models.JSONField(default=list)  # ISO 3166-2 codes; empty: the whole country
    kind = models.CharField(max_length=40)  # an id of tables/kinds.csv
    responders = models.JSONField(default=list)
    audience = models.JSONField(
        default=list
    )  # ids: child, young_person, parent, professional, general_public, own_behaviour
    age_min = models.PositiveSmallIntegerField(null=True)
    age_max = models.PositiveSmallIntegerField(null=True)
    languages = models.JSONField(default=list)  # BCP 47
    topics = models.JSONField(default=list)  # ids with evidence only
    timezone = models.CharField(max_length=64, blank=True)
    holiday_policy = models.CharField(max_length=16, default="unknown")  # open, closed, unknown
    website = models.CharField(max_length=300, blank=True)
    remarks = models.TextField(blank=True)  # hints of the source, for staff; no rule reads them
    stage = models.CharField(max_length=24, default="unconfirmed_lead", db_index=True)
    stage_on = models.DateField(null=True)  # when the evidence behind the stage was made
    source = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=16, default="waiting", db_index=True)  # waiting, published, suspended, defunct
    # "clear", or why no child may see the record until a person decides; suspended and withheld need a reason code.
    safety = models.CharField(max_length=32, default="clear")
    # Made from what somebody said in a survey: it needs the safety decision before a child is led to it.
    from_survey = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("country", "name")

    def __str__(self) -> str:
        return f"{self.name} ({self.country})"


class Contact(models.Model):
    """One way to reach a service: one channel, one number or address, with its own hours, languages, cost and ages.

    A line whose second language has other hours is two contacts with the same number.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="contacts")
    position = models.PositiveSmallIntegerField(default=0)
    channel = models.CharField(max_length=16)
    as_stated = models.CharField(max_length=200, blank=True)  # as the source wrote it
    number_kind = models.CharField(max_length=12, blank=True)  # full, short, unparsed; blank for addresses
    e164 = models.CharField(max_length=20, blank=True)  # full numbers only; a short code is never forced into E.164
    dial = models.CharField(max_length=120, blank=True)  # what a person in the country dials, or the handle or address
    message_body = models.CharField(max_length=40, blank=True)  # the key word that an SMS line wants
    from_abroad = models.BooleanField(null=True)
    alternative = models.CharField(max_length=40, blank=True)  # a full number to dial from abroad, in E.164
    languages = models.JSONField(default=list)  # empty: those of the service
    subdivisions = models.JSONField(default=list)
    age_min = models.PositiveSmallIntegerField(null=True)
    age_max = models.PositiveSmallIntegerField(null=True)
    free = models.BooleanField(null=True)
    anonymous = models.BooleanField(null=True)
    leaves_trace = models.BooleanField(null=True)
    hours = models.CharField(max_length=300, blank=True)  # OSM opening_hours as we evaluate it; blank: not known
    hours_source = models.CharField(max_length=300, blank=True)  # the text as the source has it
    hours_rule = models.CharField(max_length=40, blank=True)  # the rule that made `hours` of `hours_source`
    withheld = models.CharField(max_length=40, blank=True)  # why it is not shown to children, as a code

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return f"{self.channel} {self.dial}"
