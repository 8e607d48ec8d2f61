"""Whether a bundle has restricted files is asked before each of its downloads, however large the store is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("files", "0004_right_checks")]

    operations = [
        migrations.AddIndex(
            model_name="storedfile",
            index=models.Index(
                fields=["id"], name="stored_restricted", condition=models.Q(access="RESTRICTED")
            ),
        ),
    ]
