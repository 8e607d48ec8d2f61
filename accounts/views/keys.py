"""API keys: made, shown once, removed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from accounts import keys
from accounts.key_forms import KeyForm
from accounts.views.account import account_page
from mastportal.conflicts import Conflict


@sensitive_variables("key")
@login_required
@never_cache
@require_POST
def make_key(request: HttpRequest) -> HttpResponse:
    form = KeyForm(request.POST)
    if not form.is_valid():
        return account_page(request, status=422, key_form=form)
    told = form.cleaned_data
    try:
        row, key = keys.make(request.user, told["name"], scope=told["scope"], expires_at=form.expires_at())
    except Conflict as error:
        form.add_error("name", error.message)
        return account_page(request, status=422, key_form=form)
    return account_page(request, new_key=key, new_key_row=row)


@login_required
@require_POST
def remove_key(request: HttpRequest, key_id: int) -> HttpResponse:
    if not keys.remove(request.user, key_id):
        raise Http404
    messages.success(request, "The key was removed; programs that use it are refused from now on.")
    return redirect("/account/#api-keys")
