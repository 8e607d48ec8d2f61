"""The page of a programme: it asks the archive as any search does, and says what the rows say."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from mastportal.desk import programmes
from mastportal.desk.programme_page import programme_context
from mastportal.htmx import render_page, unchanged
from mastportal.search import results, tasks
from mastportal.search.context import Waiting


@transaction.atomic
def _asked(request: HttpRequest, programme: programmes.Programme, refresh: bool = False) -> results.Asked:
    asked = programmes.ask(programme, cast(User, request.user), refresh)
    if asked.must_queue:
        tasks.queue_results([asked.result.pk])
    return asked


@gzip_page
@login_required
@never_cache
@require_safe
def detail(request: HttpRequest, mission: str, programme: str) -> HttpResponse:
    """What the archive's rows say of a programme; another spelling leads to the one address."""
    named = programmes.programme_of(mission, programme)
    if (mission, programme) != (named.mission, named.id):
        return redirect(named.address)
    context = programme_context(cast(User, request.user), named, _asked(request, named))
    return render_page(request, "desk/programme.html", context)


@login_required
@never_cache
@require_safe
def state(request: HttpRequest, mission: str, programme: str) -> HttpResponse:
    """How far the asking is; 204 when it is as the page has it, and the whole page anew at its end."""
    named = programmes.programme_of(mission, programme)
    latest = programmes.latest_of(named)
    if latest is None or not latest.is_unfinished:
        return HttpResponse(headers={"HX-Refresh": "true"})
    waiting = Waiting.of(latest)
    if waiting.revision == request.GET.get("revision"):
        return unchanged()
    context = {"programme": named, "waiting": waiting, "is_first": latest.search.current_id is None}
    return render_page(request, "desk/programme_waiting.html", context)


@login_required
@require_POST
def refresh(request: HttpRequest, mission: str, programme: str) -> HttpResponse:
    """Ask the archive again; the old rows stay until the new ones are here."""
    named = programmes.programme_of(mission, programme)
    _asked(request, named, refresh=True)
    return redirect(named.address)
