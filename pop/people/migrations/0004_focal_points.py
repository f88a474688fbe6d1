from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_staff_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='staff',
            name='countries',
            field=models.JSONField(default=list),
        ),
    ]
