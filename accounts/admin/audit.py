"""The whole audit for administrators: searched by person, group, event, subject and day; only to read."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest

from accounts import audit_reading
from accounts.models import AuditEntry, Profile, ResearchGroup


class EventFilter(admin.SimpleListFilter):
    """The words of the audit, whether or not there is an entry of each."""

    title = parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(audit_reading.WORDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(event=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The search takes user names, group names, and words of what an entry is about."""

    list_display = ["when", "what", "by_whom", "whom", "group", "subject", "facts_in_words"]
    list_display_links = ["when"]
    list_filter = [EventFilter]
    date_hierarchy = "at"
    search_fields = ["subject"]
    search_help_text = "User names, groups, programmes, files, the first letters of a key"
    show_full_result_count = False
    list_per_page = 100
    fields = ["when", "what", "by_whom", "whom", "group", "subject", "facts_in_words"]
    readonly_fields = ["when", "what", "by_whom", "whom", "group", "subject", "facts_in_words"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        names = Profile.objects.values("user__username")
        group = ResearchGroup.objects.filter(pk=OuterRef("group_id")).values("name")
        entries: QuerySet[AuditEntry] = super().get_queryset(request)
        return entries.annotate(
            by_name=Subquery(names.filter(audit_id=OuterRef("by"))[:1]),
            person_name=Subquery(names.filter(audit_id=OuterRef("person"))[:1]),
            group_name=Subquery(group[:1]),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        for word in search_term.replace("\0", "").split():
            people = Profile.objects.filter(user__username__icontains=word).values("audit_id")
            groups = ResearchGroup.objects.filter(name__icontains=word).values("pk")
            queryset = queryset.filter(
                Q(by__in=people) | Q(person__in=people) | Q(group_id__in=groups) | Q(subject__icontains=word)
            )
        return queryset, False

    @admin.display(ordering="at", description="when (UTC)")
    def when(self, entry: AuditEntry) -> str:
        return f"{entry.at:%Y-%m-%d %H:%M:%S}"

    @admin.display(ordering="event")
    def what(self, entry: AuditEntry) -> str:
        return audit_reading.words_of(entry.event)

    @admin.display(description="by")
    def by_whom(self, entry: Any) -> str:
        return _name(entry.by, entry.by_name)

    @admin.display(description="person")
    def whom(self, entry: Any) -> str:
        return _name(entry.person, entry.person_name)

    def group(self, entry: Any) -> str:
        return entry.group_name or (str(entry.group_id) if entry.group_id else "")

    @admin.display(description="more")
    def facts_in_words(self, entry: AuditEntry) -> str:
        return " · ".join(f"{name} {text}" for name, text in audit_reading.facts_of(entry))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _name(audit_id: Any, name: str | None) -> str:
    return audit_reading.name_in({audit_id: name} if name else {}, audit_id)
