"""The REST door to what has changed since a bundle: which products, from what version to what."""

from collections import Counter
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from basket import access, changes
from basket.models import Bundle
from mastportal.api import ApiError
from mastportal.files.versions import Change, Difference

CHANGED = inline_serializer(
    "ChangedFile",
    {
        "uri": serializers.CharField(),
        "change": serializers.ChoiceField([each.value for each in Change]),
        "changed": serializers.DictField(help_text='by fact: {"from": …, "to": …}; {} if not fetched yet'),
    },
    many=True,
)
CHANGES = inline_serializer(
    "Changes",
    {
        "against": serializers.ChoiceField(["before", "store", "archive"]),
        "before": serializers.UUIDField(allow_null=True, help_text="the bundle that this one repeats"),
        "counts": serializers.DictField(child=serializers.IntegerField(), help_text="files by their change"),
        "files": CHANGED,
    },
)
AGAINST = OpenApiParameter(
    "against",
    enum=["before", "store", "archive"],
    description="the bundle that this one repeats (where it repeats one), the portal's store as it is, "
    "or the archive as it is, which is asked",
)


class ChangesView(APIView):
    """How a bundle differs from the one it repeats, or what has been made anew since it was made."""

    @extend_schema(operation_id="bundle_changes", parameters=[AGAINST], responses=CHANGES)
    def get(self, request: Request, bundle_id: UUID) -> Response:
        user = cast(User, request.user)
        bundle = access.bundle_to_read(user, bundle_id)
        against = request.query_params.get("against") or ("before" if bundle.again_of_id else "store")
        found = _compared(bundle, against, user)
        counts = Counter(each.change for each in found)
        return Response(
            {
                "against": against,
                "before": str(bundle.again_of_id) if bundle.again_of_id else None,
                "counts": {str(change): counts[change] for change in Change},
                "files": [_json(each) for each in found if each.change != Change.SAME],
            }
        )


def _compared(bundle: Bundle, against: str, user: User) -> list[Difference]:
    match against:
        case "before":
            found = changes.since_before(bundle)
            if found is None:
                raise ApiError("bad_question", "This bundle repeats no other.", 400, "against")
            return found
        case "store":
            return changes.until_now(bundle)
        case "archive":
            return changes.until_asked(bundle, user)
    raise ApiError("bad_question", "A bundle is compared against before, store or archive.", 400, "against")


def _json(each: Difference) -> dict[str, Any]:
    changed = {name: {"from": old, "to": new} for name, (old, new) in each.changed.items()}
    return {"uri": each.uri, "change": str(each.change), "changed": changed}
