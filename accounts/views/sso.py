"""The way over the lab's single sign-on, and what connects it with an account."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts import sso, sso_provider
from accounts.sign_in import NotSignedIn
from accounts.sign_in_forms import SignInForm
from accounts.views.onward import next_of
from accounts.views.sign_in import sign_in_page
from mastportal.htmx import render_page


def _only_where_there_is_one() -> None:
    if not sso.is_on():
        raise Http404


def _refused(request: HttpRequest, reason: NotSignedIn) -> HttpResponse:
    """Back to where the person came from, with the reason."""
    if request.user.is_authenticated:
        messages.error(request, str(reason))
        return redirect("account-sessions")
    form = SignInForm({})
    form.errors.clear()
    form.add_error(None, str(reason))
    return sign_in_page(request, form, 502 if isinstance(reason, sso.SignOnFailed) else 403)


@never_cache
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """A link and no form: browsers refuse a form whose answer leads to another host."""
    _only_where_there_is_one()
    if request.user.is_authenticated:
        return redirect(next_of(request))
    try:
        return redirect(sso_provider.go(request, next_of(request)))
    except NotSignedIn as reason:
        return _refused(request, reason)


@never_cache
@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """Where the provider sends people; what it says is taken once, from the browser that was sent there."""
    _only_where_there_is_one()
    was_in = request.user.is_authenticated
    try:
        response = sso_provider.come_back(request)
    except NotSignedIn as reason:
        return _refused(request, reason)
    if was_in and response.headers.get("Location") == reverse("account-sessions"):
        messages.success(request, f"{sso.name()} is connected: you can come in by it from now on.")
    return response


@never_cache
@login_required
@require_POST
def connect(request: HttpRequest) -> HttpResponse:
    _only_where_there_is_one()
    try:
        address = sso_provider.go(request, "", connect=True)
    except NotSignedIn as reason:
        return _refused(request, reason)
    context = {"address": address, "title": f"On to {sso.name()}"}
    return render_page(request, "accounts/onward.html", context)


@login_required
@require_POST
def disconnect(request: HttpRequest) -> HttpResponse:
    _only_where_there_is_one()
    if sso.disconnect(cast(User, request.user)):
        messages.success(request, f"{sso.name()} is no longer connected; you come in by your password.")
    else:
        messages.error(request, "You have no password here, so you could not come in any more.")
    return redirect("account-sessions")
