"""The pages about a person; each asks the domain once and renders. A secret is shown once or never."""

from typing import Any, cast
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access, demo, keys, layouts, refusal, tokens
from accounts.forms import KeyForm, PasswordForm, SignInForm, TokenForm
from mastportal.htmx import render_page
from mastportal.mast.errors import ArchiveError
from mastportal.tables.columns import BadQuery


def _next(request: HttpRequest) -> str:
    """Where to go after signing in: a page of this portal, else the first one."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else settings.LOGIN_REDIRECT_URL


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(_next(request))
    form = SignInForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        return redirect(_next(request))
    context = {"form": form, "next": _next(request), "demo_people": demo.people()}
    return render_page(request, "accounts/sign_in.html", context, status=422 if form.errors else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign-in")


def _account(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    """The account page, with what a form that was just sent adds to it."""
    context = {
        "memberships": access.roles_of(request.user),
        "token": tokens.state(request.user),
        "keys": keys.of(request.user),
        "token_form": TokenForm(),
        "key_form": KeyForm(),
        "links": refusal.links(),
        "exclusive_access": tokens.EXCLUSIVE_ACCESS,
    }
    return render_page(request, "accounts/account.html", context | more, status=status)


@login_required
@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    return _account(request)


@sensitive_post_parameters()
@sensitive_variables("form")
@login_required
@never_cache
@require_POST
def enter_token(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST)
    if form.is_valid():
        try:
            known = tokens.store(request.user, form.cleaned_data["token"])
        except ArchiveError as error:
            form.add_error("token", str(error))
        else:
            messages.success(request, f"MAST knows this token as {known['owner']}'s; it is kept sealed.")
            return redirect("/account/#mast-token")
    return _account(request, status=422, token_form=form)


@login_required
@require_POST
def check_token(request: HttpRequest) -> HttpResponse:
    try:
        known = tokens.recheck(request.user)
    except ArchiveError as error:
        messages.error(request, str(error))
    else:
        if known["state"] in {"valid", "expiring"}:
            messages.success(request, "MAST still accepts this token.")
        else:
            messages.error(request, "MAST no longer accepts this token; make a new one and enter it.")
    return redirect("/account/#mast-token")


@login_required
@require_POST
def remove_token(request: HttpRequest) -> HttpResponse:
    if tokens.forget(request.user):
        messages.success(
            request, "The token was removed from the portal; it stays valid at MAST until it ends."
        )
    return redirect("/account/#mast-token")


@sensitive_variables("key")
@login_required
@never_cache
@require_POST
def make_key(request: HttpRequest) -> HttpResponse:
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _account(request, status=422, key_form=form)
    row, key = keys.make(request.user, form.cleaned_data["name"])
    return _account(request, new_key=key, new_key_name=row.name)


@login_required
@require_POST
def remove_key(request: HttpRequest, key_id: int) -> HttpResponse:
    if not keys.remove(request.user, key_id):
        raise Http404
    messages.success(request, "The key was removed; programs that use it are refused from now on.")
    return redirect("/account/#api-keys")


@sensitive_post_parameters()
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(cast(User, request.user), data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(
            request, "Your password was changed; other places where you were signed in are not any more."
        )
        return redirect("account")
    return render_page(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def table_layout(request: HttpRequest, kind: str) -> HttpResponse:
    """Remember how one's tables of a kind look, or forget it; then back to the table, or quietly nowhere."""
    try:
        if "forget" in request.POST:
            layouts.forget(request.user, kind)
        else:
            layouts.remember(request.user, kind, request.POST.dict())
    except BadQuery as error:
        return HttpResponseBadRequest(error.message, content_type="text/plain; charset=utf-8")
    if "quietly" in request.POST:
        return HttpResponse(status=204)
    columns = "" if "forget" in request.POST else request.POST.get("columns", "")
    address = _next(request)
    if columns:
        address += f"{'&' if '?' in address else '?'}columns={quote(columns, safe=',')}"
    return redirect(address)
