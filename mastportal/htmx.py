"""Owns the manners between pages and htmx: whole page or fragment, 422 for a bad form, the Vary header."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


def wants_fragment(request: HttpRequest) -> bool:
    """Asked by htmx for a part of the page, and not restoring a page from the browser's history."""
    htmx = cast(HtmxDetails, request.htmx)  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    fragment: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page `template`, or only the file `fragment` that it includes, by who asks.

    Page and fragment cannot drift apart, since the page includes the very same file.
    """
    name = fragment if fragment and wants_fragment(request) else template
    response = render(request, name, context or {}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def unchanged() -> HttpResponse:
    """What a polling fragment gets when its revision is still the same: nothing to swap."""
    return HttpResponse(status=204)
