"""What is kept of imports: saved mappings, each file that was brought, and its rows until they are submissions."""

from __future__ import annotations

import uuid

from django.db import models

from pop.surveys.collecting.models import Survey

STATES = ("unmapped", "checking", "checked", "importing", "done", "refused", "discarded")
HANDS = ("command", "worker")
ROW_STATES = ("good", "bad", "there", "taken")

__all__ = ["Import", "ImportRow", "SavedMapping"]


class SavedMapping(models.Model):
    """A mapping of one kind of file to one form, under a name. Imports keep a copy of what it said."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    form_id = models.CharField(max_length=200)
    name = models.CharField(max_length=100)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    saved_at = models.DateTimeField()
    saved_by = models.UUIDField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("form_id", "name"), name="surveys_one_mapping_per_name"),)

    def __str__(self) -> str:
        return f"{self.form_id}: {self.name}"


class Import(models.Model):
    """One file that somebody brought for one form. Its bytes lie in the data directory until it is done."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    system = models.CharField(max_length=20, blank=True)
    mapping_name = models.CharField(max_length=100, blank=True)
    mapping = models.JSONField(default=dict)
    mapping_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10)
    hands = models.CharField(max_length=10)  # who goes on with it: a command, or the worker
    good_only = models.BooleanField(default=False)
    problems = models.JSONField(default=list)  # of the file or the mapping; those of rows stand at the rows
    total = models.PositiveIntegerField(default=0)
    brought_by = models.UUIDField(null=True)
    brought_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class ImportRow(models.Model):
    """One row that was checked: what it will be, or why it stays behind. Its answers go when it is a submission."""

    id = models.BigAutoField(primary_key=True)
    brought = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # its place in the walk over the file, from 0 on
    sheet = models.CharField(max_length=100, blank=True)
    row = models.PositiveIntegerField()
    state = models.CharField(max_length=10)
    instance_id = models.CharField(max_length=128, blank=True)
    xml = models.BinaryField(default=bytes)
    sha256 = models.CharField(max_length=64, blank=True)
    faults = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    provenance = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("brought", "number"), name="surveys_one_row_per_number"),)
        indexes = (models.Index(fields=("brought", "state", "number"), name="surveys_import_rows_by_state"),)

    def __str__(self) -> str:
        return f"{self.brought_id} {self.number}"
