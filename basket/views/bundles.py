"""The pages of bundles: the list, one bundle as it grows, and what can be done with it."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from basket import access, bundles
from basket.incoming import observation_named, question_of
from basket.models import Bundle
from basket.pages import bundle_page, bundles_page, staging_page
from basket.progress import progress_of
from basket.tasks import queue_bundle
from mastportal.htmx import render_page, unchanged
from mastportal.mast.errors import BadQuestion
from mastportal.search.failures import NoRows
from mastportal.search.products import want
from mastportal.search.tasks import queue_products
from mastportal.tables.columns import BadQuery


@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    context = bundles_page(access.visible_bundles(request.user), request.GET.get("page", "1"))
    return render_page(request, "basket/bundles.html", context)


def _context(request: HttpRequest, bundle: Bundle) -> dict[str, Any]:
    address = request.build_absolute_uri(reverse("api-download", args=[bundle.pk]))
    page = bundle_page(bundle, address, may_write=access.may_edit(request.user, bundle))
    return page | staging_page(bundle, request.user)


@login_required
@never_cache
@require_safe
def detail(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    bundle = access.bundle_to_read(request.user, bundle_id)
    return render_page(request, "basket/bundle.html", _context(request, bundle))


@login_required
@never_cache
@require_safe
def state(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """The growing part of a bundle's page; 204 when it is as the page has it."""
    bundle = access.bundle_to_read(request.user, bundle_id)
    if progress_of(bundle).revision(bundle) == request.GET.get("revision"):
        return unchanged()
    return render_page(request, "basket/bundle.html", _context(request, bundle), "basket/bundle_state.html")


@login_required
@require_POST
def again(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    old = access.bundle_to_read(request.user, bundle_id)
    try:
        with transaction.atomic():
            queue_products(want(bundles.observations_of(old), refresh=True))
            bundle = bundles.again(old, cast(User, request.user))
            queue_bundle(bundle)
    except BadQuery as error:
        messages.error(request, str(error))
        return redirect("bundle", bundle_id=old.pk)
    return redirect("bundle", bundle_id=bundle.pk)


@login_required
@require_POST
def remove(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    bundle = access.bundle_to_write(request.user, bundle_id)
    was_under_way = bundle.is_under_way
    if "stop" in request.POST and not was_under_way:
        messages.info(request, f"“{bundle.name}” had ended before it could be stopped.")
        return redirect("bundle", bundle_id=bundle.pk)
    bundles.stop_or_remove(bundle)
    messages.success(request, f"“{bundle.name}” was {'stopped' if was_under_way else 'removed'}.")
    return redirect("bundle", bundle_id=bundle.pk) if was_under_way else redirect("bundles")


@login_required
@require_POST
def of_observation(request: HttpRequest, obsid: str) -> HttpResponse:
    """The recommended products of one observation of a search, as a bundle of its own."""
    try:
        row = observation_named(request.POST.get("search", ""), obsid, request.POST.get("result", ""))
    except (BadQuery, BadQuestion, NoRows) as error:
        raise Http404(str(error)) from error
    with transaction.atomic():
        queue_products(want([obsid]))
        question = question_of(request.POST.get("search", ""))
        bundle = bundles.request_observation(row, cast(User, request.user), question)
        queue_bundle(bundle)
    return redirect("bundle", bundle_id=bundle.pk)
