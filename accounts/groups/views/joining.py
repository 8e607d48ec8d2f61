"""The way into a group by a link: its secret leaves the address at once, its hash waits in the session."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import role_in
from accounts.groups import invitations
from accounts.models import Invitation
from mastportal.conflicts import Conflict
from mastportal.htmx import render_page

WAITING = "invitation"


@sensitive_variables("secret")
@never_cache
@require_safe
def follow(request: HttpRequest, secret: str) -> HttpResponse:
    """Remember which invitation it is, and go where no secret stands in the address."""
    digest = invitations.digest_of(secret)
    if invitations.found(digest) is not None:
        request.session[WAITING] = digest
    else:
        request.session.pop(WAITING, None)
    return redirect("join")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """What the invitation is to, and a button; who is signed out signs in and comes back."""
    digest = request.session.get(WAITING, "")
    invitation = invitations.found(digest) if digest else None
    refused = invitations.sentence(invitation)
    if not refused and not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if refused or request.method != "POST":
        return _page(request, invitation, refused, status=404 if refused else 200)
    try:
        seat = invitations.accept(cast(User, request.user), digest)
    except Conflict as error:
        return _page(request, invitation, error.message, status=409)
    del request.session[WAITING]
    messages.success(request, f"You are in {seat.group.name} now, as {seat.role}.")
    return redirect("group", group_id=seat.group_id)


def _page(
    request: HttpRequest, invitation: Invitation | None, refused: str, status: int = 200
) -> HttpResponse:
    role = role_in(request.user, invitation.group_id) if invitation is not None else None
    if invitation is not None and role and not refused:
        refused = invitations.already(invitation, role)
    context = {"invitation": invitation, "refused": refused, "role": role}
    return render_page(request, "accounts/join.html", context, status=status)
