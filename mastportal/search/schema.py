"""Owns the OpenAPI words for searches: what is sent and what comes back. Validates nothing."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers as s

from mastportal.tables.export import CONTENT_TYPES


def _parameter(name: str, description: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=description, **more)


TARGET = _parameter("target", "A name or a position, with a radius if wanted: `m57 r=1m`.", required=True)
TABLE = [
    _parameter("result", "The snapshot to stay on; the newest when left out."),
    _parameter("f.COLUMN", "Any of these values; repeat it. `not.`, `like.`, `unlike.`, `null.` likewise."),
    _parameter("min.COLUMN", "Numbers from here on; `max.COLUMN` up to there."),
    _parameter("q", "Free text over the text columns."),
    _parameter("sort", "`-t_min,target_name`: several columns, `-` for falling."),
    _parameter("columns", "`a,b,c`: these only, in this order."),
    _parameter("page", "From 1."),
    _parameter("page_size", "50 when left out, at most 1000."),
    _parameter("facets", "`a,b`: the columns to count; those shown when left out."),
    _parameter("facet_limit", "Most values of a facet; 10 when left out."),
    _parameter("within", "Only values of a facet that contain this text."),
    _parameter("format", "Of an export: csv, ecsv, votable, fits, parquet or json."),
]

EXPORTED = {
    (200, kind): OpenApiTypes.ANY if kind == "application/json" else OpenApiTypes.BINARY
    for kind in CONTENT_TYPES
}

QUESTION = inline_serializer(
    "Question",
    {
        "collection": s.ChoiceField(["observations", "programs", "jwst-keywords", "ids", "targets"]),
        "target": s.CharField(required=False),
        "programs": s.CharField(required=False),
        "instrument": s.CharField(required=False),
        "ids": s.CharField(required=False),
        "criteria": s.DictField(
            required=False, help_text="{column: [values] | {min, max}}; {not: [values]} leaves values out."
        ),
        "targets": s.ListField(
            required=False, help_text="With the collection `targets`: texts, or {name, ra, dec, radius_deg}."
        ),
        "radius_deg": s.FloatField(required=False, help_text="For targets that have none of their own."),
        "refresh": s.BooleanField(required=False),
        "keywords": s.DictField(
            required=False,
            help_text="{instrument, criteria}: only observations that hold files with these keywords.",
        ),
        "from_search": s.UUIDField(
            required=False, help_text="A keyword search: the Observations its files belong to."
        ),
        "result": s.UUIDField(required=False, help_text="The snapshot of `from_search`; else its newest."),
        "filters": s.CharField(required=False, help_text="With `from_search`: the table grammar."),
        "dataURI": s.ListField(
            child=s.CharField(), required=False, help_text="With `from_search`: these of its files only."
        ),
    },
)
_SEARCH: dict[str, Any] = {
    "id": s.UUIDField(),
    "result": s.UUIDField(allow_null=True),
    "phase": s.CharField(),
    "collection": s.CharField(),
    "criteria": s.DictField(),
    "query": s.CharField(help_text="The question in words."),
    "row_count": s.IntegerField(allow_null=True),
    "fetched_at": s.DateTimeField(allow_null=True),
    "expires_at": s.DateTimeField(allow_null=True),
    "cached": s.BooleanField(),
    "archive": s.CharField(),
    "error": s.CharField(allow_null=True),
    "error_code": s.CharField(allow_null=True),
    "understood": s.DictField(
        allow_null=True, help_text="Where the target's name was found; what became of files asked about."
    ),
    "under_way": s.DictField(allow_null=True, help_text="The asking that is waited for."),
}
SEARCH = inline_serializer("Search", _SEARCH)
_PAGING: dict[str, Any] = {"total": s.IntegerField(), "page": s.IntegerField(), "page_size": s.IntegerField()}
SEARCHES = inline_serializer(
    "Searches", _PAGING | {"results": inline_serializer("SearchItem", dict(_SEARCH), many=True)}
)
_COLUMN: dict[str, Any] = {name: s.CharField() for name in ("name", "label", "type", "unit")}
ROWS = inline_serializer(
    "Rows",
    _PAGING
    | {
        "result": s.UUIDField(),
        "matched": s.IntegerField(),
        "columns": inline_serializer("Column", _COLUMN, many=True),
        "rows": s.ListField(child=s.DictField()),
    },
)
FACETS = inline_serializer(
    "Facets",
    {"result": s.UUIDField(), "matched": s.IntegerField(), "facets": s.ListField(child=s.DictField())},
)
COUNT = inline_serializer("Count", {"count": s.IntegerField()})
POSITION = inline_serializer(
    "Position",
    {
        "name": s.CharField(allow_null=True),
        "ra_deg": s.FloatField(),
        "dec_deg": s.FloatField(),
        "radius_deg": s.FloatField(allow_null=True),
        "resolver": s.CharField(allow_null=True),
    },
)
