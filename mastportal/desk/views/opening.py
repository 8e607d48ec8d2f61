"""The page that says which of a person's exclusive programmes their own MAST token opens."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import tokens
from mastportal.desk import mine, opening
from mastportal.desk.tasks import queue_unknown
from mastportal.htmx import render_page
from mastportal.mast.errors import ArchiveError


@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What the last real checks said; asks nothing."""
    user = cast(User, request.user)
    found = mine.found_for(user)
    standings = opening.standings_of(user, list(found.coming.values()))
    context = {"standings": standings, "token": tokens.state(user), "asked": len(found.unknown)}
    return render_page(request, "desk/my_programmes.html", context)


@login_required
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Ask MAST now, with the person's own token."""
    user = cast(User, request.user)
    standings = queue_unknown(user)
    try:
        opening.check(user, standings)
    except ArchiveError as error:
        messages.error(request, str(error))
    if lacking := len(opening.lacking(standings)):
        noun = "programme is" if lacking == 1 else "programmes are"
        messages.info(request, f"The files of {lacking} {noun} being listed first; ask again in a moment.")
    return redirect("my-programmes")
