"""What real checks said of people's tokens, kept for people to look at."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_group_life"),
        ("files", "0003_room"),
    ]

    operations = [
        migrations.CreateModel(
            name="RightCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scope", models.TextField()),
                ("opens", models.BooleanField()),
                ("checked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="right_checks",
                        to="accounts.archivetoken",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("token", "scope"), name="one_check_per_scope")
                ],
            },
        ),
    ]
