"""Names the news app. Wiring only."""

from django.apps import AppConfig


class NewsConfig(AppConfig):
    """Who follows what, and what happened to it."""

    name = "mastportal.news"
    label = "news"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import signals
        from mastportal.news import departures

        signals.left_group.connect(departures.member_left)
