"""Owns the OpenAPI words for plots. Validates nothing."""

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers as s

from mastportal.search.schema import TABLE

_GRAMMAR = [each for each in TABLE if each.name.partition(".")[0] in {"result", "f", "min", "q"}]
POINTS = [
    OpenApiParameter("x", str, description="A column of numbers.", required=True),
    OpenApiParameter("y", str, description="Another; or give `lane`."),
    OpenApiParameter("lane", str, description="A column of values, one lane each: a timeline."),
    OpenApiParameter("end", str, description="A column of numbers at which the bar begun at x ends."),
    OpenApiParameter("colour", str, description="A column of numbers or of values."),
    OpenApiParameter(
        "log", str, description="`x`, `y` or `x,y`: logarithmic; what is not above 0 is left out."
    ),
    *_GRAMMAR,
]
ROW = [
    OpenApiParameter("result", str, description="The snapshot; the newest when left out."),
    OpenApiParameter("row", int, description="The number of a row."),
    OpenApiParameter("key", str, description="The key of a row, where its number is not known."),
]
POINT = inline_serializer(
    "PointRow",
    {"row": s.IntegerField(), "key": s.CharField(), "words": s.ListField(child=s.CharField())},
)
