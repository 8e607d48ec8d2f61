from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0003_kinds_of_lookup")]

    operations = [
        migrations.CreateModel(
            name="KeywordFacts",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("md5", models.CharField(blank=True, max_length=32)),
                ("size_bytes", models.BigIntegerField(null=True)),
                ("cal_ver", models.CharField(blank=True, max_length=60)),
                ("crds_ctx", models.CharField(blank=True, max_length=60)),
                ("at", models.DateTimeField()),
            ],
            options={"verbose_name_plural": "keyword facts"},
        )
    ]
