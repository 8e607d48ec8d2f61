"""The pages of searches: each asks the domain once, queues what must be queued, and renders."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from mastportal.htmx import render_page, unchanged, wants_fragment
from mastportal.mast.errors import BadQuestion, NotFound
from mastportal.search import from_files, products, results, survey, tasks
from mastportal.search.context import Waiting, result_context, understood_words
from mastportal.search.details import obsid_of, row_context, row_of
from mastportal.search.failures import NoRows
from mastportal.search.form_address import question_of
from mastportal.search.glance import glance
from mastportal.search.models import ResultSet, Search
from mastportal.search.panel import list_context, panel_context
from mastportal.search.permalinks import with_table_state
from mastportal.search.selecting.ticked import keys_ticked
from mastportal.tables.columns import BadQuery

SURVEY_KEPT_S = 24 * 3600


def _search(pk: UUID) -> Search:
    return get_object_or_404(Search.objects.select_related("current", "latest"), pk=pk)


@gzip_page
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """The search panel, as far as the address fills it in, or a panel sent for another collection."""
    params = request.POST if request.method == "POST" else request.GET
    context = panel_context(cast(User, request.user), params)
    return render_page(request, "search/search.html", context, "search/panel.html")


@gzip_page
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask a question and go to its page; the question may be an address, to be kept or sent to others."""
    params = request.POST if request.method == "POST" else request.GET
    try:
        asked = _asked(request, question_of(params))
    except BadQuestion as error:
        context = panel_context(cast(User, request.user), params, error)
        return render_page(request, "search/search.html", context, status=422)
    return redirect(with_table_state(reverse("result", args=[asked.search.pk]), params.get("then", "")))


@transaction.atomic
def _asked(request: HttpRequest, question: dict[str, object], refresh: bool = False) -> results.Asked:
    asked = results.ask(question, cast(User, request.user), refresh=refresh)
    if asked.must_queue:
        tasks.queue_results([asked.result.pk])
    return asked


@gzip_page
@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What a person asked, newest first."""
    context = list_context(cast(User, request.user), request.GET.get("page", "1"))
    return render_page(request, "search/results.html", context)


@gzip_page
@login_required
@never_cache
@require_safe
def result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A search's rows, filtered and sorted as the address says; or why there are none."""
    context = result_context(cast(User, request.user), _search(pk), request.GET, request.path)
    fragment = "table/table.html" if "view" in context else None
    response = render_page(request, "search/result.html", context, fragment, context["status"])
    if fragment and wants_fragment(request):
        response.headers["HX-Push-Url"] = request.get_full_path()
    return response


@login_required
@never_cache
@require_safe
def state(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is happening to a question under way; 204 when it is as the page has it."""
    search = _search(pk)
    if search.latest is None or not search.latest.is_unfinished:
        return HttpResponse(headers={"HX-Redirect": _page_looked_at(request, reverse("result", args=[pk]))})
    waiting = Waiting.of(search.latest)
    if waiting.revision == request.GET.get("revision"):
        return unchanged()
    context = {
        "search": search,
        "waiting": waiting,
        "understood": understood_words(search, search.latest),
        "state": "waiting" if search.current is None else "rows",
    }
    return render_page(request, "search/waiting.html", context)


def _page_looked_at(request: HttpRequest, page: str) -> str:
    """The address in the person's browser, with its filters, where it is that of `page`."""
    address = cast(HtmxDetails, request.htmx).current_url_abs_path or ""  # type: ignore[attr-defined]
    return address if address.partition("?")[0] == page else page


@login_required
@require_POST
def refresh(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask the archive again; the old rows stay until the new ones are here."""
    _asked(request, _search(pk).criteria, refresh=True)
    return redirect("result", pk=pk)


@login_required
@require_POST
def observations(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for the Observations of a keyword result's files: of all that match, or of the ticked ones."""
    asked: dict[str, object] = {"from_search": str(pk), "result": request.POST.get("result", "")}
    if "filters" in request.POST:
        asked["filters"] = request.POST["filters"]
    else:
        asked["dataURI"] = keys_ticked(request.POST, "dataURI")
    try:
        found = _asked(request, from_files.prepared(asked))
    except NotFound as error:
        raise Http404(str(error)) from error
    except (BadQuestion, BadQuery, NoRows) as error:
        messages.error(request, str(error))
        return redirect("result", pk=pk)
    return redirect("result", pk=found.search.pk)


@gzip_page
@login_required
@never_cache
@require_safe
def row(request: HttpRequest, pk: UUID, result_id: UUID, number: int) -> HttpResponse:
    """All about one row."""
    search = _search(pk)
    snapshot = get_object_or_404(ResultSet, pk=result_id, search=search)
    try:
        context = row_context(search, snapshot, number)
    except (IndexError, NoRows) as error:
        raise Http404("There is no such row; the search may have been asked again.") from error
    return render_page(request, "search/row_page.html", context, "search/row.html")


@login_required
@never_cache
@require_safe
def row_products(request: HttpRequest, pk: UUID, result_id: UUID, number: int) -> HttpResponse:
    """The products of a row's observation at a glance; 204 while a page that waits for them still must."""
    snapshot = get_object_or_404(ResultSet, pk=result_id, search=_search(pk))
    try:
        obsid = obsid_of(row_of(snapshot, number))
    except (IndexError, NoRows) as error:
        raise Http404("There is no such row; the search may have been asked again.") from error
    if not obsid:
        raise Http404("This row is no observation that has been made.")
    if "again" not in request.GET:
        with transaction.atomic():
            tasks.queue_products(products.want([obsid]))
    elif glance(obsid).is_waiting:
        return unchanged()
    found = glance(obsid)
    context = {"glance": found, "again_url": f"{request.path}?again=1"}
    return render_page(request, "search/row_products.html", context)


@login_required
@cache_control(private=True, max_age=SURVEY_KEPT_S)
@require_safe
def sky_survey(request: HttpRequest, name: str) -> HttpResponse:
    """One file of the sandbox's survey, which people at another machine cannot reach."""
    try:
        body, media_type = survey.file_of(name)
    except survey.NotThere as error:
        raise Http404("The survey has no such file.") from error
    except OSError:
        return HttpResponse(status=503, headers={"Cache-Control": "no-store"})
    return HttpResponse(body, content_type=media_type)
