"""A person's own password: changed, or chosen anew by a link in a mail."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordResetConfirmView
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import mail, pace, passwords, sso, tasks
from accounts.sign_in_forms import MailForm, NewPasswordForm, PasswordForm
from mastportal.htmx import render_page


@sensitive_post_parameters()
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    person = cast(User, request.user)
    if request.method != "POST":
        return _password_page(request, PasswordForm(person), 200)
    form = PasswordForm(person, data=request.POST)
    try:
        pace.check_password_tried(request)
    except pace.TooOften as reason:
        return too_often(_password_page, request, PasswordForm(person, data={}), reason)
    if not form.is_valid():
        return _password_page(request, form, 422)
    update_session_auth_hash(request, form.save())
    passwords.changed(request, person)
    messages.success(
        request, "Your password was changed; other places where you were signed in are not any more."
    )
    return redirect("account")


def _password_page(request: HttpRequest, form: Form, status: int) -> HttpResponse:
    return render_page(request, "accounts/password.html", {"form": form}, status=status)


def _forgotten_page(request: HttpRequest, form: Form, status: int, **more: Any) -> HttpResponse:
    context = {"form": form, "mails": mail.is_on(), "sign_on": sso.name(), **more}
    return render_page(request, "accounts/password_forgotten.html", context, status=status)


def too_often(
    page: Callable[..., HttpResponse], request: HttpRequest, form: Form, reason: pace.TooOften
) -> HttpResponse:
    """`page` with an emptied `form` and the reason; 429."""
    form.errors.clear()
    form.add_error(None, str(reason))
    response = page(request, form, 429)
    response.headers["Retry-After"] = str(reason.after_s)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    if request.method != "POST" or not mail.is_on():
        return _forgotten_page(request, MailForm(), 200)
    form = MailForm(request.POST)
    if not form.is_valid():
        return _forgotten_page(request, form, 422)
    try:
        ids = passwords.who_asks(request, form.cleaned_data["email"])
    except pace.TooOften as reason:
        return too_often(_forgotten_page, request, form, reason)
    for user_id in ids:
        transaction.on_commit(partial(tasks.mail_new_password.delay, user_id))
    return _forgotten_page(request, form, 200, sent=True)


@method_decorator(require_http_methods(["GET", "HEAD", "POST"]), name="dispatch")
class NewPassword(PasswordResetConfirmView):
    """What the link in the mail leads to: Django's way, which takes the secret out of the address first."""

    template_name = "accounts/password_new.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("sign-in")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        passwords.chosen(self.request, form.user)
        messages.success(self.request, "Your new password is set; sign in with it.")
        return response

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        form = context["form"]
        kwargs["status"] = 410 if form is None else 422 if form.errors else 200
        return super().render_to_response(context, **kwargs)
