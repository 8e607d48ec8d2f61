"""Signing in and out."""

from urllib.parse import urlencode

from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import demo, mail, sessions, sign_in, sso, sso_provider
from accounts.sign_in_forms import SignInForm
from accounts.views.onward import next_of
from mastportal.htmx import render_page


def sign_in_page(request: HttpRequest, form: SignInForm, status: int) -> HttpResponse:
    """The page with the form, its mistakes and the other ways in."""
    context = {
        "form": form,
        "next": next_of(request),
        "demo_people": demo.people(),
        "mails": mail.is_on(),
        "sign_on": sso.name(),
    }
    return render_page(request, "accounts/sign_in.html", context, status=status)


def refused(request: HttpRequest, form: SignInForm, reason: Exception) -> HttpResponse:
    """The same, after somebody was not let in."""
    form.add_error(None, str(reason))
    if not isinstance(reason, sign_in.LockedOut):
        return sign_in_page(request, form, 422)
    response = sign_in_page(request, form, 429)
    response.headers["Retry-After"] = str(reason.after_s)
    return response


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(next_of(request))
    if request.method != "POST":
        return sign_in_page(request, SignInForm(), 200)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return sign_in_page(request, form, 422)
    typed = form.cleaned_data
    try:
        return sign_in.enter(request, typed["username"], typed["password"], next_of(request))
    except sign_in.NotSignedIn as reason:
        return refused(request, form, reason)


@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Out of the portal, and on to where the single sign-on ends too, if that was the way in."""
    onward = sso_provider.way_out(request)
    sessions.leave(request)
    logout(request)
    if onward:
        return render_page(request, "accounts/onward.html", {"address": onward, "title": "Signed out"})
    return redirect("sign-in")


@never_cache
@require_safe
def administration(request: HttpRequest) -> HttpResponse:
    """In place of the administration's own form, which would let people try passwords without end."""
    if request.user.is_authenticated:
        raise PermissionDenied("The administration is for administrators.")
    return redirect(f"{reverse('sign-in')}?{urlencode({'next': request.GET.get('next', '/admin/')})}")
