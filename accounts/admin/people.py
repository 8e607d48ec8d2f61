"""The administrator's view of people, and that a token or key of theirs exists; never of a secret."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path

from accounts.admin.groups import MembershipInline, SeatsNoted
from accounts.groups import leaving
from accounts.models import ApiToken, ArchiveToken, TableLayout
from mastportal.conflicts import Conflict

admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(SeatsNoted, UserAdmin):  # type: ignore[type-arg]
    """Rights follow the research groups; a person is removed by the one way that leaves nothing of theirs."""

    change_form_template = "administration/person.html"
    list_display = ("username", "email", "seats", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser", "research_groups")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Who they are", {"fields": ("first_name", "last_name", "email")}),
        ("What they may", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__group")

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.remove)
        return [path("<int:user_id>/remove/", page, name="auth_user_remove"), *super().get_urls()]

    @admin.display(description="groups")
    def seats(self, person: User) -> str:
        return ", ".join(f"{seat.group.name} ({seat.role})" for seat in person.memberships.all())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def remove(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Say what goes and what stays, then remove a person for good."""
        if not request.user.is_superuser:
            raise PermissionDenied("Only administrators remove people.")
        person = get_object_or_404(User, pk=user_id)
        if request.method == "POST":
            return self._removed(request, person)
        context = {"person": person, "in_the_way": leaving.in_the_way(person), "title": "Remove a person"}
        return render(request, "administration/remove.html", self.admin_site.each_context(request) | context)

    def _removed(self, request: HttpRequest, person: User) -> HttpResponse:
        name = person.get_username()
        try:
            leaving.remove_person(person, by=request.user)
        except Conflict as error:
            messages.error(request, str(error))
            return redirect("admin:auth_user_remove", person.pk)
        messages.success(request, f"{name} was removed.")
        return redirect("admin:auth_user_changelist")


class SeenOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """May be looked at and removed, never added or changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(TableLayout)
class TableLayoutAdmin(SeenOnly):
    list_display = ["user", "kind", "changed_at"]
    list_select_related = ["user"]


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
