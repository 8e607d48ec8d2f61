from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("basket", "0006_shared")]

    operations = [
        migrations.AddField(
            model_name="basketline",
            name="note_revision",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="basketproduct",
            name="note_revision",
            field=models.PositiveIntegerField(default=1),
        ),
    ]
