"""The pages of target lists: read one, show what it was understood as, mend it, search it."""

import re
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST

from mastportal.htmx import render_page, unchanged, wants_fragment
from mastportal.mast.errors import BadQuestion
from mastportal.mast.target_files import MAX_BYTES, read_targets
from mastportal.search import lookups, results, tasks
from mastportal.search.form_address import question_of
from mastportal.search.models import Lookup
from mastportal.search.panel import panel_context
from mastportal.search.targets import lists
from mastportal.search.targets.page import list_context

CORRECTION = re.compile(r"^line\.(\d{1,4})$")
TOO_LARGE = "A list of targets is at most 1 MB; this one is larger. Keep only names, positions and radii."


@login_required
@never_cache
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Keep the list that was pasted or uploaded, and go to the page that shows what it says."""
    try:
        if _bytes_of(request) > MAX_BYTES:
            return _refused(request, BadQuestion(TOO_LARGE, field="targets"), 413)
        question = question_of(request.POST)
        if (file := request.FILES.get("file")) is not None:
            question["targets"] = [*question["targets"], *read_targets(file.read())]
        lookup = _wanted(question)
    except BadQuestion as error:
        return _refused(request, error, 422)
    return redirect("targets-list", pk=lookup.pk)


def _bytes_of(request: HttpRequest) -> int:
    file = request.FILES.get("file")
    return max(len(request.POST.get("targets", "")), (file.size or 0) if file is not None else 0)


def _refused(request: HttpRequest, error: BadQuestion, status: int) -> HttpResponse:
    context = panel_context(cast(User, request.user), request.POST, error)
    return render_page(request, "search/search.html", context, status=status)


@transaction.atomic
def _wanted(question: dict[str, Any]) -> Lookup:
    lookup, must_queue = lookups.want_targets(question)
    if must_queue:
        tasks.queue_lookups([lookup.pk])
    return lookup


@gzip_page
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def understood(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a list was understood as; a POST looks it up again as corrected, or searches what is."""
    lookup = get_object_or_404(Lookup, pk=pk, kind=Lookup.Kind.TARGETS)
    if request.method == "POST":
        return _go_on(request, lookup)
    if lookup.is_unfinished and wants_fragment(request):
        return unchanged()
    return render_page(request, "search/targets.html", list_context(lookup), "search/targets_list.html")


def _go_on(request: HttpRequest, lookup: Lookup) -> HttpResponse:
    question = lists.mended(
        lookup.question, lists.lines(lookup.question, lookup.answer or {}), _corrections(request)
    )
    try:
        if request.POST.get("then") != "search":
            return redirect("targets-list", pk=_wanted(question).pk)
        with transaction.atomic():
            asked = results.ask(question, cast(User, request.user))
            if asked.must_queue:
                tasks.queue_results([asked.result.pk])
    except BadQuestion as error:
        context = list_context(lookup) | {"sentence": str(error), "written": request.POST}
        return render_page(request, "search/targets.html", context, status=422)
    return redirect("result", pk=asked.search.pk)


def _corrections(request: HttpRequest) -> dict[int, str]:
    """What was written in place of lines that were not understood, by line number."""
    found = ((CORRECTION.match(name), str(value).strip()) for name, value in request.POST.items())
    return {int(match[1]): value for match, value in found if match and value}
