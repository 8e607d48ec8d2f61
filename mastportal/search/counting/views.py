"""The counts below a search panel that is being filled in: of rows, and of the values that rows have."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from mastportal.htmx import render_page, unchanged, wants_fragment
from mastportal.mast.errors import BadQuestion
from mastportal.search import lookups, tasks
from mastportal.search.form_address import question_of
from mastportal.search.models import Lookup
from mastportal.search.panel import ValueCounts, counted, mistaken, panel_context, value_counts

COUNT_PATIENCE_S = 2.0


@gzip_page
@login_required
@never_cache
@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """How many rows the panel's question has, when that is known; else the archive is asked.

    Without script it is the whole page again, after a short wait.
    """
    try:
        lookup = _asked(request, lookups.want_count)
        said = counted(lookup, request.POST.get("collection", ""))
    except BadQuestion as error:
        said = mistaken(error)
    context: dict[str, object] = {"counted": said}
    if not wants_fragment(request):
        context |= panel_context(cast(User, request.user), request.POST)
    return render_page(request, "search/search.html", context, "search/count.html")


def _asked(request: HttpRequest, want: Callable[[dict[str, Any]], tuple[Lookup, bool]]) -> Lookup:
    """What is known of the panel's question, asked for if nothing is. Raises BadQuestion."""
    with transaction.atomic():
        lookup, must_queue = want(question_of(request.POST))
        if must_queue:
            tasks.queue_lookups([lookup.pk])
    return lookup if wants_fragment(request) else lookups.wait(lookup, COUNT_PATIENCE_S)


@login_required
@never_cache
@require_safe
def count_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The count that was asked for; 204 as long as the archive has not said."""
    lookup = get_object_or_404(Lookup, pk=pk, kind=Lookup.Kind.COUNT)
    if lookup.is_unfinished:
        return unchanged()
    said = counted(lookup, lookup.question.get("collection", ""))
    return render_page(request, "search/count.html", {"counted": said})


@gzip_page
@login_required
@never_cache
@require_POST
def values(request: HttpRequest) -> HttpResponse:
    """How many rows of the panel's question have each value of the fields with choices.

    Without script it is the whole page again, after a short wait.
    """
    try:
        said = value_counts(_asked(request, lookups.want_values))
    except BadQuestion as error:
        said = ValueCounts(sentence=str(error))
    context: dict[str, object] = {"values": said}
    if not wants_fragment(request):
        context |= panel_context(cast(User, request.user), request.POST, values=said)
    return render_page(request, "search/search.html", context, "search/values.html")


@gzip_page
@login_required
@never_cache
@require_safe
def values_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The values that were asked for; 204 as long as the archive has not said."""
    lookup = get_object_or_404(Lookup, pk=pk, kind=Lookup.Kind.VALUES)
    if lookup.is_unfinished:
        return unchanged()
    return render_page(request, "search/values.html", {"values": value_counts(lookup)})
