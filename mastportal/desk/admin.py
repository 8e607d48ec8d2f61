"""The administrator's view of saved searches: to look and to remove."""

from django.contrib import admin
from django.http import HttpRequest

from mastportal.desk.models import SavedSearch


@admin.register(SavedSearch)
class SavedSearchAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "owner", "group", "changed_at")
    search_fields = ("name", "owner__username")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: SavedSearch | None = None) -> bool:
        return False
