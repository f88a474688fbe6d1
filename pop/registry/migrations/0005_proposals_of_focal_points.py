from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0004_findings_to_compare_again'),
    ]

    operations = [
        migrations.AddField(
            model_name='proposal',
            name='from_focal_point',
            field=models.BooleanField(default=False),
        ),
    ]
