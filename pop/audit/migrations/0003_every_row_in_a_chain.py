"""From here on every row is part of a chain. Apart from 0002: PostgreSQL alters no table with changed rows pending."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("audit", "0002_chains")]

    operations = [
        migrations.AlterField("AuditRow", "chain", models.UUIDField(editable=False)),
        migrations.AlterField("AuditRow", "number", models.BigIntegerField(editable=False)),
        migrations.AlterField("AuditRow", "previous", models.BinaryField(max_length=32)),
        migrations.AlterField("AuditRow", "hash", models.BinaryField(max_length=32)),
        migrations.AddConstraint(
            "AuditRow", models.UniqueConstraint(fields=("chain", "number"), name="audit_one_row_per_number")
        ),
    ]
