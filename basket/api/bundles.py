"""The REST door to bundles: asked for, looked at, made again, stopped; their manifests and checksums."""

from typing import cast
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from basket import access, bundles, lines
from basket.api.shapes import AgainEntry, BundleEntry, BundleSerializer, bundle_json
from basket.api.tables import PAGE, PAGING, page_of
from basket.changing import held
from basket.finishing import manifest_html, manifest_json, manifest_rows
from basket.manifest import as_checksums, as_csv, json_text
from basket.models import Bundle
from basket.retrying import try_again
from basket.tasks import queue_bundle, queue_next
from mastportal.api import ApiError
from mastportal.search.products import want
from mastportal.search.tasks import queue_products

BUNDLES = inline_serializer("Bundles", PAGING | {"results": BundleSerializer(many=True)})
# A manifest is shown in the page's frame; nothing in it may run or reach out, its own style apart.
MANIFEST = {
    (200, "application/json"): OpenApiTypes.OBJECT,
    (200, "text/html"): OpenApiTypes.STR,
    (200, "text/csv"): OpenApiTypes.STR,
}
MANIFEST_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


def accepted(bundle: Bundle, request: Request) -> Response:
    """202 with the address to look at."""
    body = bundle_json(bundle, request)
    return Response(
        body, status=202, headers={"Location": f"/api/v1/bundles/{bundle.pk}", "Retry-After": "1"}
    )


class BasketBundlesView(APIView):
    """A bundle of what a basket's selection wants."""

    @extend_schema(operation_id="make_bundle", request=BundleEntry, responses={202: BundleSerializer})
    def post(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_read(user, basket_id)
        entry = BundleEntry(data=request.data)
        entry.is_valid(raise_exception=True)
        with held(basket):
            queue_products(want(lines.contents_of(basket).executed))
            bundle = bundles.request(basket, user, **entry.validated_data)
            queue_bundle(bundle)
        return accepted(bundle, request)


class BundlesView(APIView):
    """One's own bundles and those of one's groups, newest first, a page at a time."""

    @extend_schema(operation_id="bundles", parameters=PAGE, responses=BUNDLES)
    def get(self, request: Request) -> Response:
        told, shown = page_of(request, access.visible_bundles(cast(User, request.user)).defer("wanted"))
        return Response(told | {"results": [bundle_json(bundle, request) for bundle in shown]})


class BundleView(APIView):
    """One bundle."""

    @extend_schema(operation_id="bundle", responses=BundleSerializer)
    def get(self, request: Request, bundle_id: UUID) -> Response:
        return Response(bundle_json(access.bundle_to_read(cast(User, request.user), bundle_id), request))

    @extend_schema(operation_id="remove_bundle", responses={204: None})
    def delete(self, request: Request, bundle_id: UUID) -> Response:
        bundles.stop_or_remove(access.bundle_to_write(cast(User, request.user), bundle_id))
        return Response(status=204)


class AgainView(APIView):
    """A new bundle of the same list: what failed or changed is tried again; with `only`, just what failed."""

    @extend_schema(operation_id="repeat_bundle", request=AgainEntry, responses={202: BundleSerializer})
    def post(self, request: Request, bundle_id: UUID) -> Response:
        user, entry = cast(User, request.user), AgainEntry(data=request.data)
        entry.is_valid(raise_exception=True)
        with transaction.atomic():
            old = access.bundle_to_read(user, bundle_id)
            queue_products(want(bundles.observations_of(old), refresh=True))
            only_failed = entry.validated_data["only"] == bundles.ONLY_FAILED
            bundle = bundles.again(old, user, only_failed=only_failed)
            queue_bundle(bundle)
        return accepted(bundle, request)


class RetryView(APIView):
    """While a bundle is under way, what failed so far is tried again in place; afterwards 0 files are."""

    retried = inline_serializer("Retried", {"files": serializers.IntegerField()})

    @extend_schema(operation_id="retry_bundle", request=None, responses={202: retried})
    def post(self, request: Request, bundle_id: UUID) -> Response:
        bundle = access.bundle_to_write(cast(User, request.user), bundle_id)
        with transaction.atomic():
            files = try_again(bundle.pk, by=cast(User, request.user).pk)
            queue_next(bundle)
        return Response({"files": files}, status=202, headers={"Location": f"/api/v1/bundles/{bundle.pk}"})


class ManifestView(APIView):
    """What became of each file of a bundle."""

    formats = OpenApiParameter("format", enum=["html", "json", "csv"], default="json")

    @extend_schema(operation_id="manifest", parameters=[formats], responses=MANIFEST)
    def get(self, request: Request, bundle_id: UUID) -> HttpResponse | Response:
        bundle = access.bundle_to_read(cast(User, request.user), bundle_id)
        match request.query_params.get("format", "json"):
            case "html":
                response = HttpResponse(manifest_html(bundle), content_type="text/html; charset=utf-8")
                response["Content-Security-Policy"] = MANIFEST_POLICY
            case "csv":
                response = HttpResponse(as_csv(manifest_rows(bundle)), content_type="text/csv; charset=utf-8")
                response["Content-Disposition"] = f'attachment; filename="{bundle.folder}_manifest.csv"'
            case "json":
                told = json_text(manifest_json(bundle))
                response = HttpResponse(told, content_type="application/json")
            case _:
                raise ApiError("bad_question", "A manifest comes as html, json or csv.", 400, "format")
        return response


class ChecksumsView(APIView):
    """SHA-256 of the files, as `sha256sum --check` reads them inside the unpacked folder."""

    @extend_schema(operation_id="checksums", responses={(200, "text/plain"): OpenApiTypes.STR})
    def get(self, request: Request, bundle_id: UUID) -> HttpResponse:
        bundle = access.bundle_to_read(cast(User, request.user), bundle_id)
        response = HttpResponse(as_checksums(manifest_rows(bundle)), content_type="text/plain; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{bundle.folder}.sha256"'
        return response
