"""Who brought a basket in as a file: up to now whoever owned it was taken for them."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def take_owners(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    baskets = apps.get_model("basket", "Basket").objects.filter(pk=models.OuterRef("basket_id"))
    owner = models.Subquery(baskets.values("owner_id")[:1])
    apps.get_model("basket", "Arrival").objects.update(by_id=owner)


class Migration(migrations.Migration):
    dependencies = [
        ("basket", "0009_arrival"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="arrival",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(take_owners, migrations.RunPython.noop),
    ]
