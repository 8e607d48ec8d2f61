from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0002_retrieval"),
    ]

    operations = [
        migrations.AddField(
            model_name="storedfile",
            name="reserved_bytes",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="storedfile",
            name="linked",
            field=models.BooleanField(default=False),
        ),
    ]
