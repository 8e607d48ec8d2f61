"""The administrator's view of people, and that a token or key of theirs exists; never of a secret."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import ApiToken, ArchiveToken, TableLayout


@admin.register(TableLayout)
class TableLayoutAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["user", "kind", "changed_at"]
    list_select_related = ["user"]


class SeenOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """May be looked at and removed, never added or changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ArchiveToken)
class ArchiveTokenAdmin(SeenOnly):
    list_display = ["user", "owner", "state", "created_at", "last_used_at"]
    fields = ["user", "owner", "scopes", "state", "created_at", "checked_at", "last_used_at"]
    search_fields = ["user__username", "owner"]


@admin.register(ApiToken)
class ApiTokenAdmin(SeenOnly):
    list_display = ["user", "name", "prefix", "created_at", "last_used_at"]
    fields = ["user", "name", "prefix", "created_at", "last_used_at"]
    search_fields = ["user__username", "name"]
