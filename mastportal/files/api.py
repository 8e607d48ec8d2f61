"""REST: one product, from the store or through it. Only what the archive has listed."""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request

from accounts.refusal import refusal
from mastportal.api import ApiError
from mastportal.files import fetching, noting, store, streaming
from mastportal.files.models import StoredFile
from mastportal.files.places import TooManyStreams, place
from mastportal.files.streaming import Body
from mastportal.files.versions import Told
from mastportal.files.watching import watch
from mastportal.mast.errors import Refused
from mastportal.search.keyword_facts import facts_of
from mastportal.search.products import Listing, listing

FULL = 507


def listed(uri: str) -> Listing:
    """What the archive said of this URI; an error where it never named it."""
    if not uri:
        raise ApiError("bad_question", "Give the product's dataURI as uri=.", 400, "uri")
    found = listing(uri)
    if found is None:
        raise ApiError("not_found", "The archive has not listed such a product to this portal.", 404, "uri")
    return found


def obtained(request: Request, product: Listing) -> StoredFile:
    """The product in the store, with the store's own errors in the API's shape."""
    facts = facts_of([product.uri]).get(product.uri)
    goes_on = (
        "Range" in request.headers
    )  # one use with what came before, by a program with several connections
    try:
        return fetching.obtain(
            product.uri,
            user=cast(User, request.user),
            programme=product.programme,
            release_mjd=product.release_mjd,
            size_bytes=product.size_bytes,
            told=Told(**facts) if facts else None,
            asked_at=None if goes_on else timezone.now(),
        )
    except Refused:
        sentence = refusal(product.programme or None, None).sentence
        raise ApiError("archive_refused", sentence, 502) from None
    except fetching.Busy as busy:
        headers = {"Retry-After": str(round(busy.retry_after_s))}
        raise ApiError("busy", str(busy), 503, headers=headers) from None
    except fetching.StoreFull as full:
        raise ApiError("disk_full", str(full), FULL) from None


@contextmanager
def said_when_taken() -> Iterator[None]:
    """Says in the API's shape that all places for long answers are taken."""
    try:
        yield
    except TooManyStreams as busy:
        headers = {"Retry-After": str(busy.retry_after_s)}
        raise ApiError("too_many_downloads", str(busy), 503, headers=headers) from None


def body_of(file: StoredFile, user: User) -> Body:
    """A stored file as it leaves the portal for who was admitted to it: its SHA-256 as ETag."""
    watched = watch(user, [file], lambda: StoredFile.objects.filter(pk=file.pk))

    def served(size_bytes: int) -> None:
        noting.served(user, file.data_uri, [file.scope], size_bytes, None)

    return Body(
        name=file.name,
        content_type=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
        size_bytes=file.size_bytes or 0,
        etag=file.sha256,
        read=lambda start, stop: store.read(file, start, stop),
        last_modified=file.last_modified,
        still_allowed=watched.holds if watched is not None else None,
        served=served if watched is not None else None,
    )


@extend_schema(
    parameters=[OpenApiParameter("uri", str, required=True, description="the product's dataURI")],
    responses={(200, "*/*"): OpenApiTypes.BINARY, 404: OpenApiResponse()},
    summary="One product, with ranges",
)
@api_view(["GET", "HEAD"])
def download_product(request: Request) -> HttpResponseBase:
    """The product's bytes; fetched into the store first where they are not there yet."""
    product = listed(request.query_params.get("uri", ""))
    with said_when_taken():
        with place(request._request):
            file = obtained(request, product)
        return streaming.stream_response(request._request, body_of(file, cast(User, request.user)))


urlpatterns = [path("products/download", download_product, name="product-download")]
