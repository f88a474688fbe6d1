"""What is kept of surveys: each form as it was loaded, who may send, and what was sent, byte for byte."""

from __future__ import annotations

import uuid

from django.db import models

SURVEY_STATES = ("draft", "open", "closed")
SOURCES = ("web", "openrosa", "import")
SUBMISSION_STATES = ("incomplete", "received", "withdrawn")

__all__ = [
    "Assignment",
    "Attachment",
    "Draft",
    "DraftPicture",
    "Invitation",
    "Link",
    "Partner",
    "Submission",
    "Survey",
    "Token",
]


class Survey(models.Model):
    """One version of one form: its source as it was loaded and the XForm that clients get. Neither ever changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    form_id = models.CharField(max_length=200)
    version = models.CharField(max_length=100)
    title = models.CharField(max_length=500)
    instrument = models.CharField(max_length=40, blank=True)  # which of the shipped instruments it is, or none
    source_name = models.CharField(max_length=200)
    source = models.BinaryField()
    source_sha256 = models.CharField(max_length=64)
    xform = models.BinaryField()
    xform_md5 = models.CharField(max_length=32)  # what OpenRosa clients compare to see whether they have it
    languages = models.JSONField(default=list)
    default_language = models.CharField(max_length=35, blank=True)
    state = models.CharField(max_length=10, default="draft")
    loaded_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("form_id", "version"), name="surveys_one_form_per_version"),)

    def __str__(self) -> str:
        return f"{self.form_id} {self.version}"


class Partner(models.Model):
    """Who is asked to answer or to collect answers: an organisation or a ministry's focal point."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200, unique=True)
    country = models.CharField(max_length=2, blank=True)
    email = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=2, blank=True)  # of mails; "" where the country's is taken
    mails_stopped_at = models.DateTimeField(null=True)  # whoever reads there wants none
    mails_refused_at = models.DateTimeField(null=True)  # the address was refused for good
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Token(models.Model):
    """An address of a partner's own. What stands in the address is known to the partner alone; here is its SHA-256."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="tokens")
    lookup = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class Assignment(models.Model):
    """A form that a partner's addresses offer. Who has none is offered every open form."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="assignments")
    form_id = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("partner", "form_id"), name="surveys_one_assignment"),)

    def __str__(self) -> str:
        return self.form_id


class Submission(models.Model):
    """One filled form, as it was sent. A correction is a submission of its own that names the one it replaces."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instance_id = models.CharField(max_length=128, unique=True)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="submissions")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, related_name="submissions")
    xml = models.BinaryField()
    sha256 = models.CharField(max_length=64)  # of what the document says (collecting/rules/reading.py: fingerprint)
    source = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    files = models.JSONField(default=list)  # names of the files that its answers name
    faults = models.JSONField(
        default=list
    )  # [{"path", "code"}]: what the form's own rules find wrong, for the reviewer
    provenance = models.JSONField(default=dict)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    received_at = models.DateTimeField(db_index=True)
    completed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class Attachment(models.Model):
    """One file of a submission. Its bytes lie in the data directory under their SHA-256 (collecting/files.py)."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)  # of what is kept
    received_sha256 = models.CharField(max_length=64)  # of what was sent, with the metadata that was taken off

    class Meta:
        constraints = (models.UniqueConstraint(fields=("submission", "name"), name="surveys_one_file_per_name"),)

    def __str__(self) -> str:
        return self.sha256


class Invitation(models.Model):
    """A link for one partner to answer one form in a browser; it stands here as its SHA-256, with how far it led."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="invitations")
    form_id = models.CharField(max_length=200)
    lookup = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    mails_from = models.DateTimeField(null=True)  # since when mails may be written about it; None: nobody asked for any
    opened_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class Link(models.Model):
    """One more way to an invitation: what stood in a mail, as its SHA-256. The mail alone held the token."""

    lookup = models.BinaryField(max_length=32, unique=True)
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="links")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)


class Draft(models.Model):
    """Answers that somebody will go on with: sealed to the pair of a six-word code that stands nowhere here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lookup = models.BinaryField(max_length=32, unique=True)
    public_key = models.BinaryField(max_length=32)
    sealed_key = models.BinaryField()
    sealed = models.BinaryField()
    edition = models.PositiveIntegerField(default=1)  # how often it was saved; what is sealed is bound to it
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="drafts")
    language = models.CharField(max_length=35)
    invitation = models.ForeignKey(Invitation, on_delete=models.SET_NULL, null=True, related_name="drafts")
    submission = models.ForeignKey(Submission, on_delete=models.SET_NULL, null=True, related_name="drafts")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.id)


class DraftPicture(models.Model):
    """One picture of a draft. Its bytes lie sealed beside the attachments; what opens them is its name, which stands in
    the sealed answers and nowhere else (collecting/rules/picture_names.py).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="pictures")
    lookup = models.BinaryField(max_length=32, unique=True)
    size = models.PositiveIntegerField()  # of the sealed bytes
    sha256 = models.CharField(max_length=64, db_index=True)  # of the sealed bytes, under which they lie
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)
