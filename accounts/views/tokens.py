"""What a person does with their MAST token."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from accounts import tokens
from accounts.forms import TokenForm
from accounts.views.account import account_page
from mastportal.mast.errors import ArchiveError


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
    return account_page(request, status=422, token_form=form)


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
