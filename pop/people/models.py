"""Staff: who may sign in at the console, and with which roles."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

# Those who work for whoever runs this. A door that names no role is theirs.
HOUSE_ROLES = ("editor", "approver", "administrator", "counsellor", "supervisor")
# Somebody of a ministry: a guest, who finds only what is declared for this role by name, and has no other one.
FOCAL_POINT = "focal_point"
ROLES = (*HOUSE_ROLES, FOCAL_POINT)


class StaffManager(BaseUserManager["Staff"]):
    """Makes staff; there is no superuser, because no role may do everything."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Staff:
        """Return a saved member of staff; without a password nobody can sign in as them yet."""
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Staff(AbstractBaseUser):
    """A member of staff. `roles` is a list of the names in ROLES; `countries` is for whom a focal point speaks."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    roles = models.JSONField(default=list)
    countries = models.JSONField(default=list)  # ISO 3166-1 alpha-2; of a focal point only
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=8, blank=True)  # of the console; "" is what the browser asks for
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = StaffManager()

    def __str__(self) -> str:
        return self.name or self.email


class Invitation(models.Model):
    """A one-time sign-in link: the token itself is never stored, only its SHA-256."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="invitations")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation of {self.staff_id}"


class StaffKey(models.Model):
    """A person's X25519 key pair: to the public half others seal, the private half lies under the password.

    `sealed_private` also needs the deployment's root key, so a stolen table allows no guessing. An edition that ended
    keeps its number and its public half; what could open it is gone.
    """

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="keys")
    edition = models.PositiveIntegerField()
    public_key = models.BinaryField(max_length=32)
    sealed_private = models.BinaryField()
    salt = models.BinaryField(max_length=16)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff", "edition"], name="people_staffkey_edition"),
            models.UniqueConstraint(
                fields=["staff"], condition=models.Q(ended_at=None), name="people_staffkey_one_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"key {self.edition} of {self.staff_id}"


class StaffKeySession(models.Model):
    """A private key for the length of one sign-in, under a random key that only the person's cookie holds.

    `session` is named in the session's own data, so that the cookie is worth nothing in another session.
    """

    session = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.ForeignKey(StaffKey, on_delete=models.CASCADE, related_name="sessions")
    sealed_private = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"open key of {self.key_id}"


class SignInMemory(models.Model):
    """The table of Django's cache at the console: recent sign-in attempts and used one-time codes, minutes long.

    Only the cache's own backend reads and writes it (`sign_in_memory.py`; its keys are hashes), and the sweep deletes
    what is over; it is a model so that migrations make it on every database.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "people_sign_in_memory"

    def __str__(self) -> str:
        return self.cache_key
