"""Owns the OpenAPI words for the sky view. Validates nothing."""

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers as s

SKY = [
    OpenApiParameter(
        "colour_by",
        str,
        description="mission (when left out), instrument, filter or access: each row's colour.",
    ),
    OpenApiParameter(
        "order", int, description="HEALPix order of the density, 0 to 12; fitting when left out."
    ),
    OpenApiParameter(
        "region", str, description="`circle ra dec radius`: only what meets it is sent; nothing is filtered."
    ),
]
_DENSITY = inline_serializer(
    "Density",
    {
        "order": s.IntegerField(),
        "cells": s.ListField(child=s.IntegerField(), help_text="HEALPix, nested."),
        "counts": s.ListField(child=s.IntegerField()),
    },
    required=False,
)
_COLOUR = inline_serializer(
    "FootprintColour",
    {
        "by": s.CharField(allow_null=True, help_text="The column, or access."),
        "values": s.ListField(child=s.CharField()),
    },
)
FOOTPRINTS = inline_serializer(
    "Footprints",
    {
        "result": s.UUIDField(),
        "kind": s.ChoiceField(["footprints", "coverage"]),
        "matched": s.IntegerField(),
        "shown": s.IntegerField(help_text="Of those matched, the ones in `region`."),
        "missing": s.IntegerField(help_text="Of those shown, without a footprint: shown by their position."),
        "unparsed": s.IntegerField(help_text="Of those missing, with a footprint that could not be read."),
        "nowhere": s.IntegerField(help_text="Of those missing, without a position too."),
        "colour": _COLOUR,
        "rows": s.ListField(
            child=s.DictField(),
            required=False,
            help_text='Of kind footprints. Key, number, names, shapes (`["p", [ra, dec, …]]`, '
            '`["c", [ra, dec, radius]]`), at, missing, colour.',
        ),
        "moc": s.DictField(
            child=s.ListField(child=s.IntegerField()),
            required=False,
            help_text="Of kind coverage: order and its cells, nested.",
        ),
        "density": _DENSITY,
    },
)
