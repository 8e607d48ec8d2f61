"""The pages of what somebody follows: a list, a form to follow and to change, pausing, ending, its mails."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from mastportal.htmx import render_page
from mastportal.news import dropping, mailless, pages, subscribing, tasks
from mastportal.news.forms import EventFileForm, FollowForm, WishForm, wishes_of
from mastportal.news.models import Frequency, Subscription, Watch
from mastportal.outbox.models import Channel
from mastportal.outbox.one_click import NoSuchMail
from mastportal.tables.columns import BadQuery


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """All that a person follows; a programme's number leads to the form that follows it."""
    user, form = cast(User, request.user), FollowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        mission, program = form.cleaned_data["mission"] or "JWST", form.cleaned_data["program"]
        try:
            watch = subscribing.programme_watch(mission, program)
        except BadQuery as bad:
            form.add_error("program", bad.message)
        else:
            query = f"?mission={watch.mission}&program={watch.program}"
            return redirect(reverse("subscription-new") + query)
    context = pages.list_page(user, form if form.is_bound else None)
    return render_page(request, "news/subscriptions.html", context, status=422 if form.errors else 200)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _watch(request: HttpRequest) -> Watch:
    """The thing that an address names. Raises BadQuery."""
    user, asked = cast(User, request.user), request.GET
    if "search" in asked:
        return subscribing.search_watch(user, _number(asked["search"]))
    if "basket" in asked:
        return subscribing.basket_watch(user, _number(asked["basket"]))
    return subscribing.programme_watch(asked.get("mission", "JWST"), asked.get("program", ""))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form that follows a programme, a saved search or a basket; and the following."""
    user = cast(User, request.user)
    try:
        watch = _watch(request)
    except BadQuery as bad:
        return HttpResponseBadRequest(bad.message, content_type="text/plain; charset=utf-8")
    events = [kind.value for kind in subscribing.events_of(watch)]
    usual = {"events": events, "frequency": Frequency.FAST, "channels": [Channel.BELL]}
    form = WishForm(user, watch, request.POST if request.method == "POST" else None, initial=usual)

    def keep(wishes: dict[str, Any]) -> str:
        subscribing.subscribe(user, watch, wishes)
        tasks.queue_first_look(watch.pk)
        return f"You follow {watch} from now on."

    more = {"already": pages.lines_of(user, subscribing.mine(user).filter(watch=watch))}
    return _kept(request, form, keep) or _form_page(request, watch, form, more)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """One subscription, and other wishes."""
    user = cast(User, request.user)
    found = subscribing.one_of_mine(user, subscription_id)
    sent = request.POST if request.method == "POST" else None
    form = WishForm(user, found.watch, sent, initial=wishes_of(found))

    def keep(wishes: dict[str, Any]) -> str:
        subscribing.change(user, found, wishes)
        return f"What you hear of {found.watch} was changed."

    return _kept(request, form, keep) or _form_page(request, found.watch, form, {"found": found})


def _kept(request: HttpRequest, form: WishForm, keep: Callable[[dict[str, Any]], str]) -> HttpResponse | None:
    """Back to the list when the wishes could be kept; else what is wrong stands in the form."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        with transaction.atomic():
            messages.success(request, keep(form.cleaned_data))
    except BadQuery as bad:
        form.add_error(bad.field if bad.field in form.fields else None, bad.message)
        return None
    return redirect("subscriptions")


def _form_page(request: HttpRequest, watch: Watch, form: WishForm, more: dict[str, Any]) -> HttpResponse:
    context = {"form": form, **pages.watch_words(watch), **more}
    return render_page(request, "news/subscription.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def dropped(request: HttpRequest) -> HttpResponse:
    """MAST's own subscription file becomes a basket."""
    user, form = cast(User, request.user), EventFileForm(request.POST, request.FILES)
    if form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            found = dropping.drop(user, sent.name, sent.read())
        except BadQuery as bad:
            form.add_error("file", bad.message)
        else:
            tasks.queue_files([found.pk])
            messages.success(request, "The filesets are being looked up; the bell says when they are here.")
            return redirect("basket", basket_id=found.basket_id)
    context = pages.list_page(user) | {"file_form": form}
    return render_page(request, "news/subscriptions.html", context, status=422)


@login_required
@require_POST
def pause(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """Pause, or with `resume` go on: what happened in between is no news."""
    user = cast(User, request.user)
    found: Subscription = subscribing.one_of_mine(user, subscription_id)
    is_paused = "resume" not in request.POST
    with transaction.atomic():
        subscribing.change(user, found, {"paused": is_paused})
        if not is_paused:
            tasks.queue_first_look(found.watch_id)
    messages.success(request, f"{found.watch} is {'paused' if is_paused else 'followed again'}.")
    return redirect("subscriptions")


@login_required
@require_POST
def remove(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """End it; what was told stays where it is."""
    found = subscribing.one_of_mine(cast(User, request.user), subscription_id)
    found.delete()
    messages.success(request, f"You no longer follow {found.watch}.")
    return redirect("subscriptions")


@sensitive_variables("secret")
@csrf_exempt  # the signed address is what allows it: a mail program sends neither cookie nor token
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, secret: str) -> HttpResponse:
    """A button that ends the mails of the subscription whose mail led here; and their end."""
    try:
        found = mailless.named_by(secret)
    except NoSuchMail as reason:
        return render_page(request, "news/unsubscribe.html", {"refused": str(reason)}, status=404)
    has_mails = Channel.MAIL in found.channels and request.method != "POST"
    if request.method == "POST":
        mailless.end_mails(found)
    context = {"found": found, "has_mails": has_mails}
    return render_page(request, "news/unsubscribe.html", context)
