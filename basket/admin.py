"""The administrator's view of baskets and bundles: to look and to remove, never to edit what is frozen."""

from django.contrib import admin
from django.http import HttpRequest

from basket.models import Basket, Bundle


@admin.register(Basket)
class BasketAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "owner", "group", "revision", "changed_at")
    search_fields = ("name", "owner__username")
    readonly_fields = ("revision", "created_at", "changed_at")


@admin.register(Bundle)
class BundleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "owner", "phase", "format", "size_bytes", "created_at", "expires_at")
    list_filter = ("phase", "format")
    search_fields = ("name", "owner__username")
    exclude = ("plan", "manifest", "wanted")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Bundle | None = None) -> bool:
        return False
