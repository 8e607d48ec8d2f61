"""The pages' doors from a basket's products to what is wanted of them: selection, bundle, script."""

from dataclasses import replace
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from basket import access, bundles, lines, scripts
from basket.basket_page import tree_part
from basket.changing import held
from basket.forms import BundleForm, SelectionForm, refused
from basket.preflight import preflight_of
from basket.preflight_page import preflight_page
from basket.selecting import Wish, select
from basket.sums import state_of
from basket.tasks import queue_bundle
from basket.views.conflicts import told_of_conflicts
from mastportal.api import tag_of
from mastportal.htmx import render_page, wants_fragment
from mastportal.search.products import want
from mastportal.search.selecting.ticked import keys_ticked
from mastportal.search.tasks import queue_products
from mastportal.tables.columns import BadQuery

# What replaces a rule, which somebody may have changed since the page was made.
RULES = {"preset", "filters", "anything", "singly"}


def _back(request: HttpRequest, basket_id: int) -> HttpResponse:
    """To the basket's page, with the table as it was filtered."""
    table = request.POST.get("table", "")
    return redirect(reverse("basket", args=[basket_id]) + (f"?{table}" if table else ""))


@login_required
@require_POST
@told_of_conflicts
def choose(request: HttpRequest, basket_id: int) -> HttpResponse:
    basket = access.basket_to_write(request.user, basket_id)
    form = SelectionForm(request.POST)
    if not form.is_valid():
        return refused(form)
    try:
        told = form.cleaned_data
        seen = told["revision"] if told["action"] in RULES else None
        select(basket, _wish(told, keys_ticked(request.POST, "dataURI")), request.user, seen)
    except BadQuery as error:
        messages.error(request, error.message)
        return _back(request, basket_id)
    response = _back(request, basket_id)
    response.headers["ETag"] = tag_of(basket)["ETag"]
    return response


def _wish(told: dict[str, Any], uris: list[str]) -> Wish:
    """What a form makes of a selection."""
    return {
        "preset": lambda current: replace(current, preset=told["preset"] or current.preset),
        "filters": lambda current: replace(current, filters=told["filters"]),
        "anything": lambda current: replace(current, filters=""),
        "include": lambda current: current.including(uris),
        "exclude": lambda current: current.excluding(uris),
        "singly": lambda current: replace(current, include=(), exclude=()),
    }[told["action"]]


@login_required
@never_cache
@require_safe
def preflight(request: HttpRequest, basket_id: int) -> HttpResponse:
    """What is to be known before a bundle is asked for: a page of its own, or a part of the basket's."""
    basket = access.basket_to_read(request.user, basket_id)
    found = preflight_of(basket, request.user)
    context = preflight_page(basket, found)
    if found.programmes and wants_fragment(request):  # what was asked just now, the tree may say as well
        told, address = state_of(basket), request.headers.get("HX-Current-URL", "")
        context |= {"state": told, "may_write": access.may_change(request.user, basket)}
        context |= tree_part(told, request.user, address)
    return render_page(request, "basket/preflight.html", context, "basket/preflight_said.html")


@login_required
@require_POST
def request_bundle(request: HttpRequest, basket_id: int) -> HttpResponse:
    basket = access.basket_to_read(request.user, basket_id)
    form = BundleForm(request.POST)
    if not form.is_valid():
        return refused(form)
    try:
        with held(basket):
            queue_products(want(lines.contents_of(basket).executed))
            bundle = bundles.request(basket, cast(User, request.user), **form.cleaned_data)
            queue_bundle(bundle)
    except BadQuery as error:
        messages.error(request, error.message)
        return _back(request, basket_id)
    return redirect("bundle", bundle_id=bundle.pk)


@login_required
@require_safe
def script(request: HttpRequest, basket_id: int) -> HttpResponse:
    basket = access.basket_to_read(request.user, basket_id)
    try:
        if state_of(basket).harvest.waiting:
            raise BadQuery("The product lists are still on their way; ask for the script again soon.")
        source, by = request.GET.get("from", "archive"), request.user.get_username()
        name, text = scripts.script_of(basket, source, by)
    except BadQuery as error:
        messages.error(request, error.message)
        return redirect("basket", basket_id=basket_id)
    return scripts.script_answer(name, text)
