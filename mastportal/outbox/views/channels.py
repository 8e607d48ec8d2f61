"""The page where a person says which ways they are told, and tries them. A secret is shown once."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from mastportal.htmx import render_page, unchanged
from mastportal.outbox import delivered, feeds, tasks, webhooks
from mastportal.outbox.forms import WebhookForm


def _page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    """The page, with what a form that was just sent adds to it."""
    person = cast(User, request.user)
    context = {
        "mail_is_on": settings.MAIL_IS_ON,
        "webhooks": webhooks.of(person),
        "webhook_form": WebhookForm(),
        "feed": feeds.of(person),
        **_deliveries(person),
    }
    return render_page(request, "outbox/channels.html", context | more, status=status)


def _deliveries(person: User) -> dict[str, Any]:
    rows = delivered.newest(person)
    moving = any(row.phase in {"QUEUED", "EXECUTING"} for row in rows)
    return {"deliveries": rows, "deliveries_state": delivered.state_of(rows), "is_moving": moving}


@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return _page(request)


@login_required
@never_cache
@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """The newest deliveries again, when one of them stands otherwise than `known` says."""
    context = _deliveries(cast(User, request.user))
    if request.GET.get("known") == context["deliveries_state"]:
        return unchanged()
    return render_page(request, "outbox/deliveries.html", context)


@login_required
@require_POST
@transaction.atomic
def try_mail(request: HttpRequest) -> HttpResponse:
    delivered.try_out(cast(User, request.user))
    tasks.soon()
    return redirect("/notifications/channels/#sent")


@sensitive_post_parameters()
@sensitive_variables("form", "secret")
@login_required
@never_cache
@require_POST
def add_webhook(request: HttpRequest) -> HttpResponse:
    form = WebhookForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, webhook_form=form)
    told = form.cleaned_data
    try:
        hook, secret = webhooks.add(cast(User, request.user), told["name"], told["form"], told["address"])
    except webhooks.Refused as reason:
        form.add_error("address", str(reason))
        return _page(request, status=422, webhook_form=form)
    return _page(request, new_webhook=hook, new_secret=secret)


@login_required
@require_POST
@transaction.atomic
def try_webhook(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Send a test there; also what brings back one that said it was gone."""
    person = cast(User, request.user)
    if not webhooks.revive(person, webhook_id):
        raise Http404
    delivered.try_out(person, webhook_id)
    tasks.soon()
    return redirect("/notifications/channels/#sent")


@login_required
@require_POST
def remove_webhook(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    if not webhooks.remove(request.user, webhook_id):
        raise Http404
    messages.success(request, "The webhook was removed; nothing more is sent there.")
    return redirect("/notifications/channels/#webhooks")


@login_required
@require_POST
@transaction.atomic
def again(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """One more try of a message that ended undelivered."""
    if not delivered.again(request.user, delivery_id):
        raise Http404
    tasks.soon()
    return redirect("/notifications/channels/#sent")


@sensitive_variables("address")
@login_required
@never_cache
@require_POST
def make_feed(request: HttpRequest) -> HttpResponse:
    """A feed's address, or another one instead: shown on this page and never again."""
    address = feeds.make(cast(User, request.user))
    return _page(request, new_feed=address)


@login_required
@require_POST
def remove_feed(request: HttpRequest) -> HttpResponse:
    if feeds.remove(request.user):
        messages.success(request, "The feed was ended; its address leads nowhere from now on.")
    return redirect("/notifications/channels/#feed")
