"""Whose token a file that is tried again comes with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("basket", "0007_note_revision")]

    operations = [
        migrations.AddField(
            model_name="bundlefile",
            name="tried_by",
            field=models.BigIntegerField(null=True),
        ),
    ]
