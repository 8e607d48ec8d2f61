"""Research groups for administrators: who is in them, how much of the store they may and do hold."""

import re
from collections import defaultdict
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from accounts import audit
from accounts.audit import Event
from accounts.groups import members
from accounts.models import Membership, ResearchGroup, Role
from mastportal.conflicts import Conflict
from mastportal.tables.cells import size_words
from mastportal.work import Phase

SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kMGTP]?)B?\s*", re.IGNORECASE)
POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
MOST_BYTES = 10**18


class SizeField(forms.CharField):
    """Bytes, written as people write them: 500 GB, 1.5 TB, 0."""

    def prepare_value(self, value: Any) -> Any:
        return size_words(value) if isinstance(value, int) and value else value

    def clean(self, value: Any) -> int:
        told = SIZE.fullmatch(super().clean(value))
        size_bytes = round(float(told[1]) * 1000 ** POWERS[told[2].lower()]) if told else -1
        if not 0 <= size_bytes <= MOST_BYTES:
            raise forms.ValidationError("Give a size such as 500 GB or 1.5 TB; 0 is no limit of its own.")
        return size_bytes


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]
    quota_bytes = SizeField(
        label="Share of the store",
        help_text="Such as 500 GB or 2 TB; 0 is no limit of its own.",
        max_length=30,
    )

    class Meta:
        model = ResearchGroup
        fields = ("name", "quota_bytes")


class SeatsNoted(admin.ModelAdmin):  # type: ignore[type-arg]
    """A page with seats on it: what an administrator does to them is in the audit like what owners do."""

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: Any) -> None:
        super().save_formset(request, form, formset, change)
        if formset.model is not Membership:
            return
        changed = [seat for seat, _ in formset.changed_objects]
        for event, seats in (
            (Event.JOINED, formset.new_objects),
            (Event.ROLE_CHANGED, changed),
            (Event.LEFT, formset.deleted_objects),
        ):
            for seat in seats:
                by = cast(User, request.user)
                audit.note(event, by, person=seat.user, group_id=seat.group_id, role=seat.role)


class SeatsFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """Seats as they are to be: no group is left without an owner that has one, as on the group's own page."""

    def clean(self) -> None:
        super().clean()
        try:
            for group_id, seats in sorted(self._owners_going().items()):
                members.hold(group_id)
                members.check_owners_stay(group_id, seats)
        except Conflict as error:
            raise ValidationError(error.message) from error

    def _owners_going(self) -> dict[int, list[int]]:
        """The seats that will be no owner's any more, by group, where no other seat on the page is one's."""
        kept = [form.instance for form in self.forms if form not in self.deleted_forms]
        owners = {(seat.pk, seat.group_id) for seat in kept if seat.role == Role.OWNER}
        groups = {group_id for _, group_id in owners}
        known = [form.instance.pk for form in self.initial_forms]
        going: dict[int, list[int]] = defaultdict(list)
        for seat in Membership.objects.filter(pk__in=known, role=Role.OWNER).exclude(group_id__in=groups):
            going[seat.group_id].append(seat.pk)
        return going


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    formset = SeatsFormSet
    extra = 1
    autocomplete_fields = ("user", "group")


@admin.register(ResearchGroup)
class ResearchGroupAdmin(SeatsNoted):
    """What a group holds of the store is what its members asked for first."""

    form = GroupForm
    list_display = ("name", "people", "owners", "share", "held")
    search_fields = ("name", "memberships__user__username")
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ResearchGroup]:
        stored = Sum("stored_files__size_bytes", filter=Q(stored_files__phase=Phase.COMPLETED))
        sums = ResearchGroup.objects.filter(pk=OuterRef("pk")).annotate(sum=stored).values("sum")
        groups: QuerySet[ResearchGroup] = super().get_queryset(request).prefetch_related("memberships__user")
        return groups.annotate(count=Count("memberships"), held_bytes=Coalesce(Subquery(sums), 0))

    def delete_model(self, request: HttpRequest, obj: ResearchGroup) -> None:
        """Its members lose what it shared, as if each had been taken out."""
        for seat in obj.memberships.select_related("user"):
            audit.note(Event.LEFT, request.user, person=seat.user, group_id=obj.pk, role=seat.role)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ResearchGroup]) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    @admin.display(ordering="count")
    def people(self, group: Any) -> int:
        return int(group.count)

    def owners(self, group: ResearchGroup) -> str:
        return ", ".join(str(seat.user) for seat in group.memberships.all() if seat.role == "owner")

    @admin.display(description="share of the store", ordering="quota_bytes")
    def share(self, group: ResearchGroup) -> str:
        return size_words(group.quota_bytes) if group.quota_bytes else "no limit of its own"

    @admin.display(ordering="held_bytes")
    def held(self, group: Any) -> str:
        return size_words(group.held_bytes)
