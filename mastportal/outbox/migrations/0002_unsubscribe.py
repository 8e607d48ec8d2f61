from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_first")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="unsubscribe",
            field=models.CharField(blank=True, max_length=1000),
        ),
    ]
