"""What an administrator sees of searches: questions, snapshots and product lists, never their rows."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from mastportal.search.models import ListedUri, Lookup, ProductList, ResultSet, Search


class _LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """These rows are written by workers; by hand they are only looked at or removed."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Search)
class SearchAdmin(_LookOnly):
    list_display = ("words", "collection", "created_at")
    list_filter = ("collection",)
    search_fields = ("words",)


@admin.register(ResultSet)
class ResultSetAdmin(_LookOnly):
    list_display = ("search", "phase", "row_count", "size_bytes", "queued_at", "ended_at", "error")
    list_filter = ("phase", "error_kind")
    list_select_related = ("search",)
    exclude = ("lease_token",)


@admin.register(Lookup)
class LookupAdmin(_LookOnly):
    list_display = ("kind", "key", "phase", "queued_at", "answer", "error")
    list_filter = ("kind", "phase")
    exclude = ("lease_token",)


@admin.register(ProductList)
class ProductListAdmin(_LookOnly):
    list_display = ("obsid", "phase", "row_count", "fetched_at", "error")
    list_filter = ("phase", "error_kind")
    search_fields = ("obsid",)
    exclude = ("lease_token", "arrow")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductList]:
        return super().get_queryset(request).defer("arrow")


@admin.register(ListedUri)
class ListedUriAdmin(_LookOnly):
    list_display = ("uri", "mission", "programme", "size_bytes")
    search_fields = ("=uri",)
