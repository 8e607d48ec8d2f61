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
from basket.changes_page import STORE, against_of, changes_page
from basket.file_table import files_page
from basket.forms import RetryForm, refused
from basket.incoming import observation_named, question_of
from basket.models import Bundle
from basket.pages import bundles_page, staging_page, state_page
from basket.progress import progress_of
from basket.retrying import try_again
from basket.tasks import queue_bundle, queue_next
from mastportal.htmx import render_page, unchanged, wants_fragment
from mastportal.mast.errors import ArchiveError, BadQuestion
from mastportal.search.failures import NoRows
from mastportal.search.products import want
from mastportal.search.tasks import queue_products
from mastportal.tables.columns import BadQuery


@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    context = bundles_page(access.visible_bundles(request.user), request.GET.dict())
    return render_page(request, "basket/bundles.html", context)


def _context(request: HttpRequest, bundle: Bundle) -> dict[str, Any]:
    address = request.build_absolute_uri(reverse("api-download", args=[bundle.pk]))
    page = state_page(bundle, address, may_write=access.may_stop(request.user, bundle))
    return page | staging_page(bundle, request.user)


@login_required
@never_cache
@require_safe
def detail(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    bundle = access.bundle_to_read(request.user, bundle_id)
    context = _context(request, bundle)
    context |= files_page(bundle, request.GET.dict(), context["may_write"], context["progress"])
    return render_page(request, "basket/bundle.html", context)


@login_required
@never_cache
@require_safe
def state(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """The growing part of a bundle's page; 204 when it is as the page has it."""
    bundle = access.bundle_to_read(request.user, bundle_id)
    if not wants_fragment(request):
        return redirect("bundle", bundle_id=bundle_id)
    if progress_of(bundle).revision(bundle) == request.GET.get("revision"):
        return unchanged()
    return render_page(request, "basket/bundle_state.html", _context(request, bundle))


def _files(request: HttpRequest, bundle: Bundle, params: dict[str, str]) -> HttpResponse:
    """The table of files alone, or for who has no script the page with it."""
    context = files_page(bundle, params, access.may_stop(request.user, bundle))
    if wants_fragment(request):
        return render_page(request, "basket/bundle_files.html", context)
    return redirect(f"{reverse('bundle', args=[bundle.pk])}?{context['file_query']}#bundle-files")


@login_required
@never_cache
@require_safe
def files(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """A page of the table of files; 204 when it is as the page has it."""
    bundle = access.bundle_to_read(request.user, bundle_id)
    known = request.GET.get("revision")
    if known and wants_fragment(request) and progress_of(bundle).revision(bundle) == known:
        return unchanged()
    return _files(request, bundle, request.GET.dict())


@login_required
@require_POST
def retry(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """Try a file that failed again, or, when none is named, all of them."""
    bundle = access.bundle_to_write(request.user, bundle_id)
    form = RetryForm(request.POST)
    if not form.is_valid():
        return refused(form)
    number = form.cleaned_data["n"]
    with transaction.atomic():
        if try_again(bundle.pk, None if number is None else [number], by=request.user.pk or 0):
            queue_next(bundle)
        elif not wants_fragment(request):
            messages.info(request, "There was nothing to try again here any more.")
    return _files(request, bundle, request.POST.dict())


@login_required
@never_cache
@require_safe
def changed(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """What was made anew since a bundle."""
    bundle = access.bundle_to_read(request.user, bundle_id)
    against = against_of(bundle, request.GET.dict())
    try:
        context = changes_page(bundle, against, cast(User, request.user))
    except (BadQuery, ArchiveError) as error:
        context = changes_page(bundle, STORE, cast(User, request.user)) | {"fault": str(error)}
    return render_page(request, "basket/bundle_changes_page.html", context, "basket/bundle_changes.html")


@login_required
@require_POST
def again(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    old = access.bundle_to_read(request.user, bundle_id)
    only_failed = request.POST.get("only") == bundles.ONLY_FAILED
    try:
        with transaction.atomic():
            queue_products(want(bundles.observations_of(old), refresh=True))
            bundle = bundles.again(old, cast(User, request.user), only_failed=only_failed)
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
