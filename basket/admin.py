"""The administrator's view of baskets and bundles: to look and to remove, never to edit what is frozen."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from basket.models import Basket, Bundle


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Changes go through the domain, which counts revisions and tells the others."""

    list_select_related = ("owner", "group")
    search_fields = ("name", "owner__username", "group__name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Basket)
class BasketAdmin(LookOnly):
    list_display = ("name", "owner", "group", "revision", "changed_at")
    list_filter = ("group",)


@admin.register(Bundle)
class BundleAdmin(LookOnly):
    list_display = ("name", "owner", "group", "phase", "format", "size_bytes", "created_at", "expires_at")
    list_filter = ("phase", "format", "group")
    exclude = ("plan", "manifest", "wanted", "lease_token")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Bundle]:
        bundles: QuerySet[Bundle] = super().get_queryset(request)
        return bundles.defer("plan", "manifest")
