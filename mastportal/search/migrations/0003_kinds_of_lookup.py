from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0002_arrow_external")]

    operations = [
        migrations.AlterField(
            model_name="lookup",
            name="kind",
            field=models.CharField(
                choices=[
                    ("count", "Count"),
                    ("resolve", "Resolve"),
                    ("targets", "Targets"),
                    ("values", "Values"),
                ],
                max_length=8,
            ),
        )
    ]
