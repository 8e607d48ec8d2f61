"""Where a person is signed in, and ending that."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import sessions, sso
from mastportal.htmx import render_page


@login_required
@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    context = {
        "sessions": sessions.of(request),
        "sign_on": sso.name(),
        "connected": sso.connection_of(request.user),
        "has_password": cast(User, request.user).has_usable_password(),
    }
    return render_page(request, "accounts/sessions.html", context)


@login_required
@require_POST
def end(request: HttpRequest, session_id: int) -> HttpResponse:
    if not sessions.end(request, session_id):
        raise Http404
    messages.success(request, "That session was ended.")
    return redirect("account-sessions")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    ended = sessions.end_others(request)
    said = (
        f"{ended} other session{'' if ended == 1 else 's'} ended" if ended else "There was no other session"
    )
    messages.success(request, f"{said}; only this one goes on.")
    return redirect("account-sessions")
