"""Owns the OpenAPI words for results that leave the portal. Validates nothing."""

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers as s

from mastportal.search.schema import TABLE

_GRAMMAR = [each for each in TABLE if each.name != "format"]
CODE = [
    *_GRAMMAR,
    OpenApiParameter("format", str, description="`py`, a script, or `ipynb`, a notebook; py when left out."),
]
LINK = [
    *_GRAMMAR,
    OpenApiParameter("format", str, description="As of an export; votable when left out."),
]
LINKED = inline_serializer(
    "TableLink",
    {
        "url": s.URLField(help_text="Where the file is fetched without signing in."),
        "name": s.CharField(help_text="A name for the table in another program."),
        "expires_at": s.DateTimeField(),
    },
)
