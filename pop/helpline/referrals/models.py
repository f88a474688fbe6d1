"""Services handed over to a child."""

from __future__ import annotations

import uuid

from django.db import models

from pop.helpline.conversations.models import Conversation


class Referral(models.Model):
    """One service, copied by id and name, which the child agreed to be given."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="referrals")
    service_id = models.UUIDField()
    service_name = models.CharField(max_length=300)
    kind = models.CharField(max_length=40)
    agreed = models.CharField(max_length=12)  # asked, agreed, declined
    staff = models.UUIDField()
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"referral to {self.service_id}"
