"""The REST doors to the ways out beside the bundle: lists for other tools, staging into the lab's folder."""

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from basket import access
from basket.handing_out import may_take
from basket.models import Staging
from basket.sums import state_of
from basket.tasks import queue_clearing, queue_staging
from basket.ways import staging
from basket.ways.lists import ARIA2, URLS, as_answer, list_of, portal_addresses
from mastportal.api import ApiError

FORMS = {ARIA2: (ARIA2, False), URLS: (URLS, False), "portal-urls": (URLS, True)}
ORIGINS = ("archive", "portal")


class ListView(APIView):
    """Addresses of what a basket's selection wants, for aria2 or any other tool; never a token or key."""

    form = OpenApiParameter("format", enum=list(FORMS), default=ARIA2)
    origin = OpenApiParameter("from", enum=ORIGINS, default="archive", description="whose addresses")

    @extend_schema(
        operation_id="list", parameters=[form, origin], responses={(200, "text/plain"): OpenApiTypes.STR}
    )
    def get(self, request: Request, basket_id: int) -> HttpResponse:
        basket = access.basket_to_read(cast(User, request.user), basket_id)
        name, origin = (request.query_params.get(*told) for told in (("format", ARIA2), ("from", "archive")))
        if name not in FORMS:
            raise ApiError("bad_question", f"A list comes as {', '.join(FORMS)}.", 400, "format")
        if origin not in ORIGINS:
            raise ApiError("bad_question", "Files come from=archive or from=portal.", 400, "from")
        if state_of(basket).harvest.waiting:
            raise ApiError("not_ready", "The product lists are still on their way.", 409)
        form, from_portal = FORMS[name]
        address = portal_addresses(request._request) if from_portal or origin == "portal" else None
        return as_answer(*list_of(basket, form, address))


class StagingSerializer(serializers.Serializer[Any]):
    """Where a bundle's files are laid out for you; `phase` is null where they are not."""

    phase = serializers.CharField(allow_null=True)
    folder = serializers.CharField(allow_null=True)
    private = serializers.BooleanField(allow_null=True)
    files = serializers.DictField(child=serializers.IntegerField())
    bytes = serializers.DictField(child=serializers.IntegerField())
    error = serializers.CharField(allow_blank=True)
    expires_at = serializers.DateTimeField(allow_null=True)


def staging_json(known: Staging | None) -> dict[str, Any]:
    if known is None:
        nothing = {"total": 0, "done": 0}
        empty = {"phase": None, "folder": None, "private": None, "error": "", "expires_at": None}
        return {**empty, "files": nothing, "bytes": nothing}
    return {
        "phase": known.phase,
        "folder": staging.address_of(known),
        "private": known.is_private,
        "files": {"total": known.files_total, "done": known.files_done},
        "bytes": {"total": known.bytes_total, "done": known.bytes_done},
        "error": known.error,
        "expires_at": known.expires_at,
    }


class StagingView(APIView):
    """A bundle's files in your own folder of the lab: the portal's form of the archive's batch staging."""

    @extend_schema(operation_id="staging", responses=StagingSerializer)
    def get(self, request: Request, bundle_id: UUID) -> Response:
        user = cast(User, request.user)
        return Response(staging_json(staging.of(access.bundle_to_read(user, bundle_id), user)))

    @extend_schema(operation_id="stage", request=None, responses={202: StagingSerializer})
    def post(self, request: Request, bundle_id: UUID) -> Response:
        user = cast(User, request.user)
        bundle = access.bundle_to_read(user, bundle_id)
        if not may_take(user, bundle):
            raise ApiError("forbidden", staging.NOT_YOURS, 403)
        try:
            known = staging.request(bundle, user)
        except staging.NotOffered as error:
            raise ApiError("not_offered", str(error), 409) from error
        except staging.NotStaged as error:
            raise ApiError("not_ready", str(error), 409) from error
        queue_staging(known)
        headers = {"Location": f"/api/v1/bundles/{bundle_id}/staging", "Retry-After": "1"}
        return Response(staging_json(known), status=202, headers=headers)

    @extend_schema(operation_id="unstage", responses={204: None})
    def delete(self, request: Request, bundle_id: UUID) -> Response:
        user = cast(User, request.user)
        if known := staging.of(access.bundle_to_read(user, bundle_id), user):
            staging.take_away(known)
            queue_clearing()
        return Response(status=204)
