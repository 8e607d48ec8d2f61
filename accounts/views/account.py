"""The account page, which the forms on it come back to."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import access, keys, refusal, tokens
from accounts.key_forms import KeyForm
from accounts.token_checks import EXCLUSIVE_ACCESS
from accounts.token_forms import TokenDayForm, TokenForm
from mastportal.htmx import render_page


def account_page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    """The account page, with what a form that was just sent adds to it."""
    context = {
        "memberships": access.roles_of(request.user),
        "token": tokens.state(request.user),
        "keys": keys.of(request.user),
        "now": timezone.now(),
        "token_form": TokenForm(),
        "token_day_form": TokenDayForm(auto_id="day_%s"),
        "tells_groups": tokens.tells_groups(request.user),
        "key_form": KeyForm(),
        "links": refusal.links(),
        "exclusive_access": EXCLUSIVE_ACCESS,
    }
    return render_page(request, "accounts/account.html", context | more, status=status)


@login_required
@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    return account_page(request)
