"""The administrator's view of people, and that a token or key of theirs exists; never of a secret."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from accounts import addresses, audit, passwords, tasks
from accounts.admin.groups import MembershipInline, SeatsNoted
from accounts.audit import Event
from accounts.groups import leaving
from accounts.models import ApiToken, ArchiveToken, TableLayout
from mastportal.conflicts import Conflict

admin.site.unregister(User)
RANKS = {"is_active", "is_staff", "is_superuser"}


class PersonForm(UserChangeForm):  # type: ignore[type-arg]
    def clean_email(self) -> str:
        """An address is one person's only."""
        email = str(self.cleaned_data["email"])
        if email and "email" in self.changed_data and not addresses.is_free(email, self.instance):
            raise ValidationError("Another account has this mail address.")
        return email


@admin.register(User)
class PersonAdmin(SeatsNoted, UserAdmin):  # type: ignore[type-arg]
    """Rights follow the research groups; a person is removed by the one way that leaves nothing of theirs."""

    form = PersonForm
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

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """What an administrator changes of who comes in, and of who is one, is noted as what people do."""
        super().save_model(request, obj, form, change)
        if not change and obj.has_usable_password():
            audit.note(Event.PASSWORD_CHANGED, request.user, person=obj, way="administration")
        if change and RANKS & set(form.changed_data):
            audit.note(
                Event.RANK_CHANGED,
                request.user,
                person=obj,
                is_active=obj.is_active,
                is_staff=obj.is_staff,
                is_superuser=obj.is_superuser,
            )
        if change and "email" in form.changed_data:
            given = addresses.given(obj, form.initial["email"], request.user)
            transaction.on_commit(partial(tasks.tell_address_before.delay, given.pk))

    @method_decorator(sensitive_post_parameters())
    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Django's page; a password that was set with it is set as any other is."""
        before = self.get_object(request, unquote(id))
        response = super().user_change_password(request, id, form_url)
        person = self.get_object(request, unquote(id))
        if before is not None and person is not None and person.password != before.password:
            passwords.given(request, person)
        return response

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


class RemovedNoted(SeenOnly):
    """What opens something: that an administrator took it away is in the person's record."""

    event: Event

    def subject_of(self, row: Any) -> str:
        return ""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        audit.note(self.event, request.user, person=obj.user, subject=self.subject_of(obj))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset.select_related("user"):
            self.delete_model(request, obj)


@admin.register(TableLayout)
class TableLayoutAdmin(SeenOnly):
    list_display = ["user", "kind", "changed_at"]
    list_select_related = ["user"]


@admin.register(ArchiveToken)
class ArchiveTokenAdmin(RemovedNoted):
    event = Event.TOKEN_REMOVED
    list_display = ["user", "owner", "state", "created_at", "last_used_at"]
    fields = ["user", "owner", "scopes", "state", "created_at", "checked_at", "last_used_at"]
    search_fields = ["user__username", "owner"]


@admin.register(ApiToken)
class ApiTokenAdmin(RemovedNoted):
    event = Event.KEY_REMOVED
    list_display = ["user", "name", "prefix", "created_at", "last_used_at"]
    fields = ["user", "name", "prefix", "created_at", "last_used_at"]
    search_fields = ["user__username", "name"]

    def subject_of(self, row: ApiToken) -> str:
        return row.prefix
