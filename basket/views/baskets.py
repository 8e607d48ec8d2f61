"""The pages of baskets themselves: the list, one basket, its name, its product lists."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from basket import access, baskets, lines
from basket.activity import Kind
from basket.basket_page import basket_page, baskets_page, is_as_shown, state_page, tree_part
from basket.changing import changed, changing
from basket.forms import BasketForm
from basket.sums import state_of
from basket.views.conflicts import told_of_conflicts
from mastportal.htmx import render_page, unchanged, wants_fragment
from mastportal.search.products import want
from mastportal.search.tasks import queue_products


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    form = BasketForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        group = access.group_to_share_with(request.user, form.cleaned_data["group"])
        basket = baskets.make(form.cleaned_data["name"], cast(User, request.user), group)
        return redirect("basket", basket_id=basket.pk)
    context = {"form": form, **baskets_page(request.user)}
    return render_page(request, "basket/baskets.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_safe
def detail(request: HttpRequest, basket_id: int) -> HttpResponse:
    basket = access.basket_to_read(request.user, basket_id)
    context = basket_page(basket, request.user, request.GET, request.path)
    response = render_page(request, "basket/basket.html", context, "basket/products.html")
    if wants_fragment(request):
        response.headers["HX-Push-Url"] = request.get_full_path()
    return response


@login_required
@never_cache
@require_safe
def state(request: HttpRequest, basket_id: int) -> HttpResponse:
    """What changes as lists come in or others change the basket; 204 when it is as the page has it."""
    basket = access.basket_to_read(request.user, basket_id)
    mark = request.GET.get("mark", "")
    if is_as_shown(basket, mark):
        return unchanged()
    context = state_page(basket, request.user)
    if context["mark"] == mark:
        return unchanged()
    context |= tree_part(context["state"], request.user, request.headers.get("HX-Current-URL", ""))
    response = render_page(request, "basket/basket_state.html", context)
    if ("empty" in request.GET) != context["is_empty"]:  # another page altogether
        response.headers["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
@told_of_conflicts
def change(request: HttpRequest, basket_id: int) -> HttpResponse:
    basket = access.basket_to_write(request.user, basket_id)
    form = BasketForm(request.user, request.POST)
    if not form.is_valid():
        messages.error(request, "; ".join(str(errors[0]) for errors in form.errors.values()))
        return redirect("basket", basket_id=basket_id)
    told = form.cleaned_data
    with transaction.atomic():
        if told["name"] != request.POST.get("was"):
            baskets.rename(basket, request.user, told["name"])
        if "group" in request.POST:
            baskets.move(basket, request.user, told["group"])
    return redirect("basket", basket_id=basket_id)


@login_required
@require_POST
@told_of_conflicts
def remove(request: HttpRequest, basket_id: int) -> HttpResponse:
    basket = access.basket_to_write(request.user, basket_id)
    baskets.remove(basket)
    messages.success(request, f"“{basket.name}” was removed; bundles made from it stay.")
    return redirect("baskets")


@login_required
@require_POST
@told_of_conflicts
def refresh(request: HttpRequest, basket_id: int) -> HttpResponse:
    """Ask again for the lists that failed, or, when `all` is sent, for every one."""
    basket = access.basket_to_write(request.user, basket_id)
    if "all" in request.POST:
        with changing(basket):
            changed(basket, request.user, Kind.REFRESHED, "asked for all product lists again")
            queue_products(want(lines.contents_of(basket).executed, refresh=True))
    else:
        queue_products(want([obsid for obsid, _ in state_of(basket).harvest.failed]))
    return redirect("basket", basket_id=basket_id)
