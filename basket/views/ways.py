"""The pages' doors to the ways out beside the bundle: streamed at once, lists, the lab's folder."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from basket import access
from basket.forms import ListForm, StreamForm, refused
from basket.handing_out import body_for, may_take
from basket.incoming import observation_named, question_of
from basket.lines import contents_of
from basket.models import Bundle
from basket.pages import staging_page
from basket.scripts import script_answer, script_of_bundle
from basket.sums import state_of
from basket.tasks import bundle_instead, fill_file, queue_clearing, queue_staging
from basket.ways import direct, staging
from basket.ways.lists import as_answer, list_of, list_of_bundle, portal_addresses
from basket.ways.streamed import StillComing, TooLarge, of_basket, response
from mastportal.files.places import TooManyStreams
from mastportal.files.streaming import stream_response
from mastportal.htmx import unchanged, wants_fragment
from mastportal.mast.errors import ArchiveError, BadQuestion
from mastportal.search.failures import NoRows
from mastportal.search.products import FAILURES_STAY_S, want
from mastportal.search.tasks import queue_products
from mastportal.tables.columns import BadQuery

Answer = Callable[[], HttpResponseBase]


def _or_say(request: HttpRequest, answer: Answer, *back: Any) -> HttpResponseBase:
    """The answer; where there is none, why not, on the page to go back to."""
    try:
        return answer()
    except BadQuery as error:
        messages.error(request, error.message)
    except (StillComing, TooLarge, TooManyStreams, ArchiveError) as error:
        messages.error(request, str(error))
    return redirect(*back)


@login_required
@never_cache
@require_safe
def stream(request: HttpRequest, basket_id: int) -> HttpResponseBase:
    """What the basket's selection wants, while it comes."""
    user, basket = cast(User, request.user), access.basket_to_read(request.user, basket_id)
    form = StreamForm(request.GET)
    if not form.is_valid():
        return refused(form)
    kind = form.cleaned_data["format"] or Bundle.Format.ZIP.value
    queue_products(want(contents_of(basket).executed, failures_stay_s=FAILURES_STAY_S))

    def answer() -> HttpResponseBase:
        return response(request, of_basket(basket, user, kind), fill_file.delay)

    return _or_say(request, answer, "basket", basket_id)


@login_required
@never_cache
@require_safe
def observation(request: HttpRequest, obsid: str) -> HttpResponseBase:
    """The recommended products of one observation of a search or a basket, in one click."""
    user = cast(User, request.user)
    row, question, back = _row_of(request, obsid)
    queue_products(want([obsid], failures_stay_s=FAILURES_STAY_S))
    if not direct.wait_for_list(row):
        bundle = bundle_instead(row, user, question)
        messages.info(request, "Its product list takes a while; the download is made as a bundle instead.")
        return redirect("bundle", bundle_id=bundle.pk)

    def answer() -> HttpResponseBase:
        bundle = direct.bundle_of(row, user, question)
        if not bundle.is_ready:
            return response(request, bundle, fill_file.delay, keep=True)
        return _archive_of(request, bundle)

    return _or_say(request, answer, *back)


def _archive_of(request: HttpRequest, bundle: Bundle) -> HttpResponseBase:
    """A complete bundle's bytes. Raises BadQuery for who may not have them."""
    body = body_for(cast(User, request.user), bundle)
    if body is None:
        raise BadQuery(staging.NOT_YOURS)
    return stream_response(request, body)


@login_required
@require_safe
def bundle_archive(request: HttpRequest, bundle_id: UUID) -> HttpResponseBase:
    """A complete bundle. Who may not have it, or too early or late, reads why where their own is made."""
    bundle = access.bundle_to_read(request.user, bundle_id)
    if not bundle.is_ready:
        messages.info(request, "This bundle is not there to be downloaded, or not yet.")
        return redirect("bundle", bundle_id=bundle_id)
    return _or_say(request, lambda: _archive_of(request, bundle), "bundle", bundle_id)


def _row_of(request: HttpRequest, obsid: str) -> tuple[dict[str, Any], str, tuple[Any, ...]]:
    """The observation's row, its search in words, and the page it was on."""
    if basket_id := request.GET.get("basket", ""):
        basket = access.basket_to_read(request.user, int(basket_id) if basket_id.isdecimal() else 0)
        line = get_object_or_404(basket.lines, obsid=obsid)
        return line.row, line.question, ("basket", basket.pk)
    search = request.GET.get("search", "")
    try:
        row = observation_named(search, obsid, request.GET.get("result", ""))
    except (BadQuery, BadQuestion, NoRows) as error:
        raise Http404(str(error)) from error
    return row, question_of(search), ("result", search)


@login_required
@require_safe
def bundle_script(request: HttpRequest, bundle_id: UUID) -> HttpResponseBase:
    """A bundle's files by the cURL script, each by itself."""
    bundle = access.bundle_to_read(request.user, bundle_id)

    def answer() -> HttpResponse:
        source, by = request.GET.get("from", "archive"), request.user.get_username()
        return script_answer(*script_of_bundle(bundle, source, by))

    return _or_say(request, answer, "bundle", bundle_id)


@login_required
@require_safe
def bundle_list(request: HttpRequest, bundle_id: UUID) -> HttpResponseBase:
    """Addresses of a bundle's files for another tool."""
    bundle, form = access.bundle_to_read(request.user, bundle_id), ListForm(request.GET)
    if not form.is_valid():
        return refused(form)
    told = form.cleaned_data

    def answer() -> HttpResponse:
        address = portal_addresses(request) if told["origin"] == "portal" else None
        return as_answer(*list_of_bundle(bundle, told["format"], address))

    return _or_say(request, answer, "bundle", bundle_id)


@login_required
@require_safe
def listed(request: HttpRequest, basket_id: int) -> HttpResponseBase:
    """Addresses for another tool."""
    basket = access.basket_to_read(request.user, basket_id)
    form = ListForm(request.GET)
    if not form.is_valid():
        return refused(form)
    told = form.cleaned_data

    def answer() -> HttpResponse:
        if state_of(basket).harvest.waiting:
            raise StillComing("The product lists are still on their way; ask for the list again soon.")
        address = portal_addresses(request) if told["origin"] == "portal" else None
        return as_answer(*list_of(basket, told["format"], address))

    return _or_say(request, answer, "basket", basket_id)


@login_required
@require_POST
def stage(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """Lay a bundle's files into the person's own folder of the lab."""
    user, bundle = cast(User, request.user), access.bundle_to_read(request.user, bundle_id)
    try:
        if not may_take(user, bundle):
            raise staging.NotStaged(staging.NOT_YOURS)
        queue_staging(staging.request(bundle, user))
    except (staging.NotOffered, staging.NotStaged, ArchiveError) as error:
        messages.error(request, str(error))
    return redirect("bundle", bundle_id=bundle_id)


@login_required
@require_POST
def unstage(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """Stop laying out, or take away what was laid out."""
    known = staging.of(access.bundle_to_read(request.user, bundle_id), request.user)
    if known is not None:
        staging.take_away(known)
        queue_clearing()
        messages.success(request, "The files are taken out of the lab's folder.")
    return redirect("bundle", bundle_id=bundle_id)


@login_required
@never_cache
@require_safe
def staged(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """The growing part of the staging on a bundle's page; 204 when it is as the page has it."""
    bundle = access.bundle_to_read(request.user, bundle_id)
    context = staging_page(bundle, request.user)
    if not wants_fragment(request):
        return redirect("bundle", bundle_id=bundle_id)
    if context["staging"] and context["staging"].revision == request.GET.get("revision"):
        return unchanged()
    return render(request, "basket/staging.html", context)
