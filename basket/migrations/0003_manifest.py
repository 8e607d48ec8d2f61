from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("basket", "0002_retrieval"),
    ]

    operations = [
        migrations.AddField(
            model_name="basketline",
            name="question",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="basketproduct",
            name="question",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="bundlefile",
            name="product_name",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        # A plan is compressed already, and read in parts: PostgreSQL finds a part only where it does not compress.
        migrations.RunSQL(
            "ALTER TABLE basket_bundle ALTER COLUMN plan SET STORAGE EXTERNAL",
            "ALTER TABLE basket_bundle ALTER COLUMN plan SET STORAGE EXTENDED",
        ),
    ]
