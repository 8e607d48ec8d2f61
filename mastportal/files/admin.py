"""What an administrator sees of the store: rows to look at, none to change by hand."""

from django.contrib import admin
from django.http import HttpRequest

from mastportal.files.models import StoredFile


@admin.register(StoredFile)
class StoredFileAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Stored versions of products."""

    list_display = [
        "data_uri",
        "version",
        "phase",
        "access",
        "programme",
        "group",
        "origin",
        "size_bytes",
        "last_used_at",
        "verified_at",
    ]
    list_filter = ["phase", "access", "origin", "group"]
    list_select_related = ["group"]
    search_fields = ["data_uri", "programme", "sha256"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: StoredFile | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: StoredFile | None = None) -> bool:
        return False
