import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_sign_in_memory'),
    ]

    operations = [
        migrations.AddField(
            model_name='staff',
            name='language',
            field=models.CharField(blank=True, default='', max_length=8),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name='StaffKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('edition', models.PositiveIntegerField()),
                ('public_key', models.BinaryField(max_length=32)),
                ('sealed_private', models.BinaryField()),
                ('salt', models.BinaryField(max_length=16)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keys', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('staff', 'edition'), name='people_staffkey_edition'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('staff',), name='people_staffkey_one_in_force')],
            },
        ),
        migrations.CreateModel(
            name='StaffKeySession',
            fields=[
                ('session', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('sealed_private', models.BinaryField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='people.staffkey')),
            ],
        ),
    ]
