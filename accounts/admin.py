"""The administrator's view of people and groups, and that a token or key exists; never of a secret."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from accounts.models import ApiToken, ArchiveToken, Membership, Profile, ResearchGroup, TableLayout

admin.site.site_header = admin.site.site_title = "Portal administration"
# Rights follow research groups and roles; Django's own groups would only mislead.
admin.site.unregister(Group)


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 1
    autocomplete_fields = ["user"]


@admin.register(ResearchGroup)
class ResearchGroupAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """`quota_bytes` is the group's share of the file store; 0 is no limit of its own."""

    list_display = ["name", "quota_bytes"]
    search_fields = ["name"]
    inlines = [MembershipInline]


@admin.register(TableLayout)
class TableLayoutAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["user", "kind", "changed_at"]
    list_select_related = ["user"]


@admin.register(Profile)
class ProfileAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["user"]
    search_fields = ["user__username"]


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
