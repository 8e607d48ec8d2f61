"""Names the outbox app. Wiring only."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """What the portal has to tell people, and has told them."""

    name = "mastportal.outbox"
    label = "outbox"
    default_auto_field = "django.db.models.BigAutoField"
