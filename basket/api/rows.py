"""The REST door to who did what in a basket: its rows with their notes and one's rights, its events."""

from typing import Any, cast

from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from basket import access, activity, notes
from basket.programmes import Opens
from basket.rows_page import FILES, OBSERVATIONS, page_of
from mastportal.api import expected_revision, tag_of

PAGE, MOST_ROWS = 200, 1000


class RowSerializer(serializers.Serializer[Any]):
    """One row: `obsid` of an observation or `dataURI` of a single file, who added it, its note.

    `opens` says what you may retrieve of it, as far as is known without asking the archive.
    """

    obsid = serializers.CharField(required=False)
    dataURI = serializers.CharField(required=False)  # noqa: N815
    name = serializers.CharField()
    added_by = serializers.CharField(allow_null=True)
    added_at = serializers.DateTimeField()
    question = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    note_by = serializers.CharField(allow_null=True)
    note_revision = serializers.IntegerField()
    opens = serializers.ChoiceField(["public", "planned", *(each.value for each in Opens)])


ROWS = inline_serializer(
    "BasketRows",
    {
        "total": serializers.IntegerField(),
        "page": serializers.IntegerField(),
        "page_size": serializers.IntegerField(),
        "revision": serializers.IntegerField(),
        "rows": RowSerializer(many=True),
    },
)


class PageEntry(serializers.Serializer[Any]):
    """Which rows: of observations or single files, only those with a note; which page of them."""

    kind = serializers.ChoiceField([OBSERVATIONS, FILES], default=OBSERVATIONS)
    noted = serializers.BooleanField(default=False)
    page = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=MOST_ROWS, default=PAGE)


class NoteEntry(serializers.Serializer[Any]):
    """The body of a PUT: which row, by `obsid` or `dataURI`, and the note; an empty one takes it away."""

    obsid = serializers.CharField(required=False, default="")
    dataURI = serializers.CharField(required=False, default="")  # noqa: N815
    note = serializers.CharField(allow_blank=True, max_length=notes.MOST_CHARACTERS)


class EventSerializer(serializers.Serializer[Any]):
    """One thing somebody did; `words` go on after the name, `revision` is the basket's after it."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField([each.value for each in activity.Kind])
    words = serializers.CharField()
    revision = serializers.IntegerField()


class BeforeEntry(serializers.Serializer[Any]):
    before = serializers.IntegerField(required=False, min_value=1, max_value=2**62)


EVENTS = inline_serializer("BasketEvents", {"results": EventSerializer(many=True)})
BEFORE = OpenApiParameter("before", int, description="only events before the one with this id")


class RowsView(APIView):
    """The rows of a basket, the newest first: who added each when, from which search, its note."""

    @extend_schema(operation_id="basket_rows", parameters=[PageEntry], responses=ROWS)
    def get(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_read(user, basket_id)
        entry = PageEntry(data=request.query_params)
        entry.is_valid(raise_exception=True)
        told = entry.validated_data
        size, number = told["page_size"], str(told["page"])
        page, rows = page_of(basket, user, told["kind"], number, size, only_noted=told["noted"])
        body = {"total": page.paginator.count, "page": page.number, "page_size": size}
        body |= {"revision": basket.revision, "rows": [row.as_json() for row in rows]}
        return Response(body, headers=tag_of(basket))


class NotesView(APIView):
    """The notes on a basket's rows; If-Match is a revision at which you saw the note that stands."""

    @extend_schema(operation_id="write_note", request=NoteEntry, responses={204: None})
    def put(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_write(user, basket_id)
        seen = expected_revision(request)
        entry = NoteEntry(data=request.data)
        entry.is_valid(raise_exception=True)
        told = entry.validated_data
        row = {"obsid": told["obsid"], "data_uri": told["dataURI"]}
        notes.write(basket, user, told["note"], seen=seen, **row)
        return Response(status=204, headers=tag_of(basket))


class ActivityView(APIView):
    """What was done to a basket, the newest first."""

    @extend_schema(operation_id="basket_activity", parameters=[BEFORE], responses=EVENTS)
    def get(self, request: Request, basket_id: int) -> Response:
        basket = access.basket_to_read(cast(User, request.user), basket_id)
        entry = BeforeEntry(data=request.query_params)
        entry.is_valid(raise_exception=True)
        found = activity.page_of(basket, entry.validated_data.get("before"))
        results = [
            {
                "id": event.pk,
                "at": event.at,
                "by": event.by.get_username() if event.by else None,
                "kind": event.kind,
                "words": event.words,
                "revision": event.revision,
            }
            for event in found[: activity.PAGE]
        ]
        return Response({"results": results}, headers=tag_of(basket))
