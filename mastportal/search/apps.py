"""Names the search app. Wiring only."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Asking the archive, and keeping what it answered."""

    name = "mastportal.search"
    label = "search"
    default_auto_field = "django.db.models.BigAutoField"
