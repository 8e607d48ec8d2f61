"""Owns the OpenAPI words of the desk: what is sent and what comes back. Asks nobody."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers as s

from mastportal.desk.forms import NOTE_MOST

WITHIN = OpenApiParameter(
    "q", str, description="Only those with these words in name, note, question or filters."
)


class SavedEntry(s.Serializer[Any]):
    """The body of a POST or PATCH: `state` is the table grammar's query string, `group` the id of one of
    your groups, or null for yourself alone."""

    name = s.CharField(max_length=120, required=False)
    note = s.CharField(max_length=NOTE_MOST, required=False, allow_blank=True)
    group = s.IntegerField(allow_null=True, required=False)
    search = s.UUIDField(required=False)
    state = s.CharField(required=False, allow_blank=True, trim_whitespace=False)


_SAVED: dict[str, Any] = {
    "id": s.IntegerField(),
    "revision": s.IntegerField(),
    "name": s.CharField(),
    "note": s.CharField(),
    "owner": s.CharField(),
    "group": s.IntegerField(allow_null=True),
    "role": s.ChoiceField(["owner", "editor", "reader"]),
    "search": s.UUIDField(help_text="The id of the search; ask its `criteria` again when its rows are gone."),
    "criteria": s.DictField(),
    "query": s.CharField(help_text="The question in words."),
    "state": s.CharField(help_text="Filters, order and columns in the table grammar."),
    "filters": s.CharField(help_text="The filters in words."),
    "created_at": s.DateTimeField(),
    "changed_at": s.DateTimeField(),
    "page": s.CharField(help_text="The address that opens it."),
}
SAVED = inline_serializer("SavedSearch", _SAVED)
SAVED_LIST = inline_serializer(
    "SavedSearches", {"results": inline_serializer("SavedSearchItem", dict(_SAVED), many=True)}
)

_COUNTED: dict[str, Any] = {"value": s.CharField(), "executed": s.IntegerField(), "planned": s.IntegerField()}
PROGRAMME = inline_serializer(
    "Programme",
    {
        "mission": s.CharField(),
        "id": s.CharField(),
        "search": s.UUIDField(help_text="The search whose rows this is counted from."),
        "result": s.UUIDField(),
        "fetched_at": s.DateTimeField(),
        "archive": s.CharField(),
        "title": s.CharField(allow_null=True),
        "principal_investigator": s.CharField(allow_null=True),
        "type": s.CharField(allow_null=True),
        "observations": s.DictField(child=s.IntegerField()),
        "dates": s.DictField(child=s.FloatField(allow_null=True), help_text="MJD."),
        **{
            name: inline_serializer(f"Programme_{name}", dict(_COUNTED), many=True)
            for name in ("instruments", "filters", "targets", "product_types")
        },
        "levels": s.DictField(child=s.IntegerField()),
        "products": s.DictField(),
        "stsci_page": s.CharField(allow_null=True),
    },
)
