"""The administrator's view of what is followed: to look, and to have something looked at anew."""

from django.contrib import admin
from django.http import HttpRequest

from mastportal.news.models import Subscription, Watch


class Looked(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that the news themselves write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Watch)
class WatchAdmin(Looked):
    list_display = ("__str__", "kind", "phase", "looked_at", "due_at", "failures", "error")
    list_filter = ("kind", "phase")
    search_fields = ("program",)
    exclude = ("snapshot",)


@admin.register(Subscription)
class SubscriptionAdmin(Looked):
    list_display = ("owner", "watch", "frequency", "paused_at", "told_at", "rule_error")
    list_filter = ("frequency",)
    search_fields = ("owner__username", "watch__program")
