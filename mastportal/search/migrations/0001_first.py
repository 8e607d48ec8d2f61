"""The tables of search."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import mastportal.search.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ListedUri",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("uri", models.TextField()),
                ("mission", models.TextField(blank=True)),
                ("obs_id", models.TextField(blank=True)),
                ("programme", models.TextField(blank=True)),
                ("rights", models.TextField(blank=True)),
                ("release_mjd", models.FloatField(null=True)),
                ("size_bytes", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Lookup",
            fields=[
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("PENDING", "Pending"),
                            ("QUEUED", "Queued"),
                            ("EXECUTING", "Executing"),
                            ("COMPLETED", "Completed"),
                            ("ERROR", "Error"),
                            ("ABORTED", "Aborted"),
                        ],
                        default="QUEUED",
                        max_length=12,
                    ),
                ),
                ("queued_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("nudged_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_token", models.UUIDField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("error_kind", models.CharField(blank=True, max_length=40)),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(choices=[("count", "Count"), ("resolve", "Resolve")], max_length=8),
                ),
                ("key", models.CharField(max_length=256)),
                ("question", models.JSONField()),
                ("answer", models.JSONField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("phase__in", ("QUEUED", "EXECUTING"))),
                        fields=["nudged_at"],
                        name="lookup_due",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="one_lookup_per_key")],
            },
        ),
        migrations.CreateModel(
            name="ProductList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("PENDING", "Pending"),
                            ("QUEUED", "Queued"),
                            ("EXECUTING", "Executing"),
                            ("COMPLETED", "Completed"),
                            ("ERROR", "Error"),
                            ("ABORTED", "Aborted"),
                        ],
                        default="QUEUED",
                        max_length=12,
                    ),
                ),
                ("queued_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("nudged_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_token", models.UUIDField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("error_kind", models.CharField(blank=True, max_length=40)),
                ("obsid", models.CharField(max_length=64, unique=True)),
                ("arrow", mastportal.search.models.ArrowField(null=True)),
                ("row_count", models.PositiveIntegerField(default=0)),
                ("size_bytes", models.PositiveBigIntegerField(default=0)),
                ("fetched_at", models.DateTimeField(null=True)),
                ("revision", models.PositiveIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("phase__in", ("QUEUED", "EXECUTING"))),
                        fields=["nudged_at"],
                        name="products_due",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ResultSet",
            fields=[
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("PENDING", "Pending"),
                            ("QUEUED", "Queued"),
                            ("EXECUTING", "Executing"),
                            ("COMPLETED", "Completed"),
                            ("ERROR", "Error"),
                            ("ABORTED", "Aborted"),
                        ],
                        default="QUEUED",
                        max_length=12,
                    ),
                ),
                ("queued_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("nudged_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_token", models.UUIDField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("error_kind", models.CharField(blank=True, max_length=40)),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("understood", models.JSONField(null=True)),
                ("count", models.PositiveBigIntegerField(null=True)),
                ("left_out", models.PositiveBigIntegerField(null=True)),
                ("row_count", models.PositiveBigIntegerField(default=0)),
                ("size_bytes", models.PositiveBigIntegerField(default=0)),
                ("rows_removed_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-queued_at"],
            },
        ),
        migrations.CreateModel(
            name="Search",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("fingerprint", models.CharField(max_length=128, unique=True)),
                ("collection", models.CharField(max_length=40)),
                ("criteria", models.JSONField()),
                ("words", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "current",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="search.resultset",
                    ),
                ),
                (
                    "latest",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="search.resultset",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "searches",
                "ordering": ["-created_at"],
            },
        ),
        migrations.AddField(
            model_name="resultset",
            name="search",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="results", to="search.search"
            ),
        ),
        migrations.CreateModel(
            name="SearchUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "search",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uses", to="search.search"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_uses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="ResultChunk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("n", models.PositiveIntegerField()),
                ("row_count", models.PositiveIntegerField()),
                ("arrow", mastportal.search.models.ArrowField()),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chunks",
                        to="search.resultset",
                    ),
                ),
            ],
            options={
                "ordering": ["result", "n"],
                "constraints": [models.UniqueConstraint(fields=("result", "n"), name="chunks_are_numbered")],
            },
        ),
        migrations.AddIndex(
            model_name="resultset",
            index=models.Index(
                condition=models.Q(("phase__in", ("QUEUED", "EXECUTING"))),
                fields=["nudged_at"],
                name="result_due",
            ),
        ),
        migrations.AddIndex(
            model_name="resultset",
            index=models.Index(
                condition=models.Q(("rows_removed_at", None)), fields=["ended_at"], name="result_kept"
            ),
        ),
        migrations.AddConstraint(
            model_name="resultset",
            constraint=models.UniqueConstraint(
                condition=models.Q(("phase__in", ("QUEUED", "EXECUTING"))),
                fields=("search",),
                name="one_question_under_way",
            ),
        ),
        migrations.AddIndex(
            model_name="searchuse",
            index=models.Index(fields=["user", "-at"], name="recent_uses"),
        ),
        migrations.AddConstraint(
            model_name="searchuse",
            constraint=models.UniqueConstraint(fields=("user", "search"), name="one_use_per_person"),
        ),
    ]
