"""Owns the OpenAPI words of a person's own programmes: what their token opens, what becomes public when."""

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers as s

GROUP = OpenApiParameter("group", int, description="Only what this one of your groups shares.")
MY_PROGRAMMES = inline_serializer(
    "MyProgrammes",
    {
        "results": inline_serializer(
            "MyProgramme",
            {
                "mission": s.CharField(),
                "program": s.CharField(),
                "observations": s.IntegerField(help_text="Exclusive ones."),
                "opens": s.ChoiceField(["yes", "no", "unknown"]),
                "checked_at": s.DateTimeField(allow_null=True),
                "next_release": s.FloatField(help_text="MJD"),
                "last_release": s.FloatField(help_text="MJD"),
            },
            many=True,
        )
    },
)
_OBSERVATION = inline_serializer(
    "ReleasedObservation",
    {
        "obsid": s.CharField(),
        "obs_id": s.CharField(),
        "target": s.CharField(),
        "release": s.FloatField(help_text="MJD"),
    },
    many=True,
)
CALENDAR = inline_serializer(
    "ReleaseCalendar",
    {
        "results": inline_serializer(
            "ReleaseDay",
            {
                "day": s.DateField(),
                "days_left": s.IntegerField(),
                "mission": s.CharField(),
                "program": s.CharField(),
                "observations": _OBSERVATION,
            },
            many=True,
        ),
        "being_asked": s.IntegerField(help_text="Programmes not known well enough yet: look again soon."),
    },
)
