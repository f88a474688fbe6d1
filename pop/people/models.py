"""Staff: who may sign in at the console, and with which roles."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

ROLES = ("editor", "approver", "administrator")


class StaffManager(BaseUserManager["Staff"]):
    """Makes staff; there is no superuser, because no role may do everything."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Staff:
        """Return a saved member of staff; without a password nobody can sign in as them yet."""
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Staff(AbstractBaseUser):
    """A member of staff. `roles` is a list of the names in ROLES."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    roles = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
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


class SignInMemory(models.Model):
    """The table of Django's cache at the console: recent sign-in attempts and used one-time codes, minutes long.

    Only the cache's own backend reads and writes it; it is a model so that migrations make it on every database.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "people_sign_in_memory"

    def __str__(self) -> str:
        return self.cache_key
