"""What a person does with their MAST token."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from accounts import tokens
from accounts.token_forms import TokenDayForm, TokenForm
from accounts.views.account import account_page
from mastportal.mast.errors import ArchiveError

BACK = "/account/#mast-token"


@sensitive_post_parameters()
@sensitive_variables("form")
@login_required
@never_cache
@require_POST
def enter_token(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST)
    if form.is_valid():
        try:
            known = tokens.store(
                request.user,
                form.cleaned_data["token"],
                made_on=form.cleaned_data["made_on"],
                is_another_person=form.cleaned_data["is_another_person"],
            )
        except ArchiveError as error:
            form.add_error("made_on" if getattr(error, "field", "") == "made_on" else "token", str(error))
        else:
            messages.success(request, f"MAST knows this token as {known['owner']}'s; it is kept sealed.")
            return redirect(BACK)
    return account_page(request, status=422, token_form=form)


@login_required
@never_cache
@require_POST
def date_token(request: HttpRequest) -> HttpResponse:
    """When the stored token was made, which MAST does not tell."""
    form = TokenDayForm(request.POST, auto_id="day_%s")
    if form.is_valid():
        try:
            tokens.set_made_on(request.user, form.cleaned_data["made_on"])
        except ArchiveError as error:
            form.add_error("made_on", str(error))
        else:
            return redirect(BACK)
    return account_page(request, status=422, token_day_form=form)


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
    return redirect(BACK)


@login_required
@require_POST
def tell_groups(request: HttpRequest) -> HttpResponse:
    """Whether others in one's groups are told which programmes one's token opens."""
    tokens.tell_groups(request.user, "tells" in request.POST)
    return redirect(BACK)


@login_required
@require_POST
def remove_token(request: HttpRequest) -> HttpResponse:
    if tokens.forget(request.user):
        messages.success(
            request, "The token was removed from the portal; it stays valid at MAST until it ends."
        )
    return redirect(BACK)
