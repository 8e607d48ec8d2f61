"""The REST door to bytes: a bundle's archive; an observation's products and a basket's, streamed at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from django.contrib.auth.models import User
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from basket import access
from basket.api.bundles import accepted
from basket.handing_out import body_for
from basket.incoming import observation_named, question_of
from basket.lines import contents_of
from basket.models import Bundle
from basket.phases import Phase
from basket.tasks import bundle_instead, fill_file
from basket.ways import direct
from basket.ways.streamed import StillComing, TooLarge, of_basket, response
from mastportal.api import ApiError
from mastportal.files.places import TooManyStreams
from mastportal.files.streaming import stream_response
from mastportal.search.opening.api import rows_are_here
from mastportal.search.products import FAILURES_STAY_S, want
from mastportal.search.tasks import queue_products

ARCHIVE = {
    (status, kind): OpenApiTypes.BINARY
    for status in (200, 206)
    for kind in ("application/zip", "application/x-tar")
}
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
    with places():
        return stream_response(request._request, body)


@contextmanager
def places() -> Iterator[None]:
    """Says in the API's shape that all places for long streams are taken."""
    try:
        yield
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
    """The recommended products of one observation, at once: of known length where all are in the store.

    Otherwise they are streamed as they come, without ranges. 202 and a bundle where even the product list
    takes longer than a request waits.
    """

    @extend_schema(operation_id="direct_download", parameters=[SEARCH], responses=ARCHIVE)
    def get(self, request: Request, obsid: str) -> HttpResponseBase:
        params = request.query_params
        with rows_are_here():
            row = observation_named(params.get("search", ""), obsid, params.get("result", ""))
        user, question = cast(User, request.user), question_of(params.get("search", ""))
        queue_products(want([obsid], failures_stay_s=FAILURES_STAY_S))
        if not direct.wait_for_list(row):
            return accepted(bundle_instead(row, user, question), request)
        bundle = made(lambda: direct.bundle_of(row, user, question))
        return streamed(request, bundle) if bundle.is_ready else streamed_now(request, bundle, keep=True)


def made(make: Callable[[], Bundle]) -> Bundle:
    """What `make` makes to be streamed; ApiError where that is not possible now, or not at all."""
    try:
        return make()
    except StillComing as error:
        raise ApiError("not_ready", str(error), 409, headers={"Retry-After": "2"}) from error
    except TooLarge as error:
        raise ApiError("too_large", str(error), 413) from error


def streamed_now(request: Request, bundle: Bundle, keep: bool = False) -> HttpResponseBase:
    """The bytes of a work list while its files come; ApiError when too many downloads run."""
    with places():
        return response(request._request, bundle, fill_file.delay, keep)


class BasketDownloadView(APIView):
    """What a basket's selection wants, streamed as it comes: no ranges, no ETag; the manifest is last."""

    format = OpenApiParameter("format", enum=["zip", "tar"], default="zip")

    @extend_schema(operation_id="download_basket", parameters=[format], responses=ARCHIVE)
    def get(self, request: Request, basket_id: int) -> HttpResponseBase:
        user = cast(User, request.user)
        basket = access.basket_to_read(user, basket_id)
        kind = request.query_params.get("format", "zip")
        if kind not in Bundle.Format.values:
            raise ApiError("bad_question", "A basket is streamed as zip or tar.", 400, "format")
        queue_products(want(contents_of(basket).executed, failures_stay_s=FAILURES_STAY_S))
        return streamed_now(request, made(lambda: of_basket(basket, user, kind)))
