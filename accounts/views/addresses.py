"""A person's own mail address: asked for with the password, confirmed by a link in a mail sent there."""

from functools import partial
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import addresses, mail, sso, tasks
from accounts.address_forms import AddressForm
from accounts.pace import TooOften
from accounts.views.passwords import too_often
from mastportal.htmx import render_page


def _page(request: HttpRequest, form: Form, status: int) -> HttpResponse:
    person = cast(User, request.user)
    context = {
        "form": form,
        "waiting": addresses.waiting(person),
        "mails": mail.is_on(),
        "has_password": person.has_usable_password(),
        "sign_on": sso.name(),
    }
    return render_page(request, "accounts/mail_address.html", context, status=status)


@sensitive_post_parameters()
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    person = cast(User, request.user)
    if request.method != "POST" or not mail.is_on() or not person.has_usable_password():
        return _page(request, AddressForm(person), 200)
    form = AddressForm(person, request.POST)
    try:
        addresses.check_pace(request)
    except TooOften as reason:
        typed = {"email": request.POST.get("email", "")}
        return too_often(_page, request, AddressForm(person, typed), reason)
    if not form.is_valid():
        return _page(request, form, 422)
    change_id = addresses.ask(person, form.cleaned_data["email"])
    transaction.on_commit(partial(tasks.mail_address_link.delay, change_id))
    return redirect("account-mail")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """What the link leads to: a button, since programs that look through mails follow links, too."""
    person = cast(User, request.user)
    try:
        if request.method != "POST":
            return _confirm_page(request, 200, asked=addresses.to_confirm(person, token))
        done = addresses.confirm(person, token)
    except addresses.NotChanged as reason:
        return _confirm_page(request, 409 if reason.is_taken else 410, reason=reason)
    transaction.on_commit(partial(tasks.tell_address_before.delay, done.pk))
    messages.success(request, f"Your mails go to {done.email} from now on.")
    return redirect("account-mail")


def _confirm_page(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    return render_page(request, "accounts/mail_address_confirm.html", context, status=status)
