"""Of bundles that wait for the same room, the later give way."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("basket", "0010_arrival_by")]

    operations = [
        migrations.AddField(
            model_name="bundle",
            name="gives_way_to",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="basket.bundle",
            ),
        ),
    ]
