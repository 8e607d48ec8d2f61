"""The REST door to bytes: a bundle's archive, and the recommended products of one observation at once."""

from typing import cast
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from basket import access, bundles
from basket.api.bundles import accepted
from basket.handing_out import body_for
from basket.incoming import observation_named, question_of
from basket.models import Bundle
from basket.phases import Phase
from basket.tasks import queue_bundle
from mastportal.api import ApiError
from mastportal.files.streaming import TooManyStreams, stream_response
from mastportal.search.opening.api import rows_are_here
from mastportal.search.products import want
from mastportal.search.tasks import queue_products

ARCHIVE = {(200, "application/octet-stream"): OpenApiTypes.BINARY}
SEARCH = OpenApiParameter("search", required=True, description="A search that has the observation.")


def streamed(request: Request, bundle: Bundle) -> HttpResponseBase:
    """The archive, or the range asked for. Raises ApiError for who may not, and when too many run."""
    body = body_for(cast(User, request.user), bundle)
    if body is None:
        raise ApiError(
            "forbidden",
            "This bundle holds exclusive files that MAST does not give to your token; make your own.",
            403,
        )
    try:
        return stream_response(request._request, body)
    except TooManyStreams as full:
        wait_s = {"Retry-After": str(full.retry_after_s)}
        raise ApiError("too_many_streams", str(full), 503, headers=wait_s) from full


class BundleDownloadView(APIView):
    """A complete bundle; a broken download goes on by Range."""

    @extend_schema(operation_id="download", responses=ARCHIVE)
    def get(self, request: Request, bundle_id: UUID) -> HttpResponseBase:
        bundle = access.bundle_to_read(cast(User, request.user), bundle_id)
        if bundle.phase != Phase.COMPLETED:
            raise ApiError("not_ready", f"This bundle is not complete; it is {bundle.phase}.", 409)
        if not bundle.is_ready:
            raise ApiError("expired", "This bundle was kept for its time; make it again.", 410)
        return streamed(request, bundle)


class ObservationDownloadView(APIView):
    """The recommended products of one observation: streamed when they are here, 202 while they come."""

    @extend_schema(operation_id="direct_download", parameters=[SEARCH], responses=ARCHIVE)
    def get(self, request: Request, obsid: str) -> HttpResponseBase:
        params = request.query_params
        with rows_are_here():
            row = observation_named(params.get("search", ""), obsid, params.get("result", ""))
        user = cast(User, request.user)
        with transaction.atomic():
            bundle = bundles.observation_in_hand(obsid, user)
            if bundle is None:
                queue_products(want([obsid]))
                question = question_of(params.get("search", ""))
                bundle = bundles.request_observation(row, user, question)
                queue_bundle(bundle)
        return streamed(request, bundle) if bundle.is_ready else accepted(bundle, request)
