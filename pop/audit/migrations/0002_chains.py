"""Bind the rows to one another: fields, then the rows that are there already as one chain, then what must hold.

What is hashed is written here once more: a migration must go on doing what it did when it was written.
"""

import hashlib
import json
import uuid
from datetime import UTC
from decimal import Decimal

import django.utils.timezone
from django.db import migrations, models

BATCH = 500


def settled(value):
    if isinstance(value, float) and value.is_integer():
        return int(Decimal(repr(value)))
    if isinstance(value, dict):
        return {key: settled(each) for key, each in value.items()}
    if isinstance(value, list):
        return [settled(each) for each in value]
    return value


def row_hash(row):
    fields = [
        str(row.id),
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        None if row.actor is None else str(row.actor),
        row.action,
        row.object_type,
        row.object_id,
        row.detail,
        str(row.chain),
        row.number,
        row.previous.hex(),
    ]
    text = json.dumps(["pop audit row 1", settled(fields)], sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).digest()


def chain_rows(apps, schema_editor):
    database = schema_editor.connection.alias
    rows = apps.get_model("audit", "AuditRow").objects.using(database)
    chain, number, previous = uuid.uuid4(), 0, bytes(32)
    changed = []
    for row in rows.order_by("at", "id").iterator(BATCH):
        number += 1
        row.chain, row.number, row.previous = chain, number, previous
        row.hash = previous = row_hash(row)
        changed.append(row)
        if len(changed) == BATCH:
            rows.bulk_update(changed, ["chain", "number", "previous", "hash"])
            changed = []
    rows.bulk_update(changed, ["chain", "number", "previous", "hash"])
    if number:
        apps.get_model("audit", "AuditChain").objects.using(database).create(chain=chain)


class Migration(migrations.Migration):

    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="AuditChain",
            fields=[
                ("chain", models.UUIDField(primary_key=True, serialize=False)),
                ("linked", models.BigIntegerField(default=0)),
                ("linked_at", models.DateTimeField(db_index=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("previous", models.BinaryField(max_length=32)),
                ("heads", models.JSONField()),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={"ordering": ("number",)},
        ),
        migrations.CreateModel(
            name="AuditCut",
            fields=[
                ("link", models.BigIntegerField(primary_key=True, serialize=False)),
                ("link_hash", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField()),
                ("heads", models.JSONField()),
            ],
        ),
        migrations.AlterField(
            "AuditRow",
            "at",
            models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField("AuditRow", "chain", models.UUIDField(editable=False, null=True)),
        migrations.AddField("AuditRow", "number", models.BigIntegerField(editable=False, null=True)),
        migrations.AddField("AuditRow", "previous", models.BinaryField(max_length=32, null=True)),
        migrations.AddField("AuditRow", "hash", models.BinaryField(max_length=32, null=True)),
        migrations.RunPython(chain_rows, migrations.RunPython.noop),
    ]
