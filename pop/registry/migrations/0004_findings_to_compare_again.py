from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0003_mapping'),
    ]

    operations = [
        migrations.AddField(
            model_name='finding',
            name='stale',
            field=models.BooleanField(db_index=True, default=False),
        ),
    ]
