"""Names the desk app. Wiring only."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """What people keep of their work."""

    name = "mastportal.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
