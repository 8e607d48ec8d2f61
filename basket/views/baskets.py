"""The pages of baskets themselves: the list, one basket, its name, its product lists."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from basket import access, lines
from basket.basket_page import basket_page, baskets_page, state_page
from basket.forms import BasketForm
from basket.models import Basket
from basket.sums import state_of
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
        basket = Basket.objects.create(
            name=form.cleaned_data["name"], owner=cast(User, request.user), group=group
        )
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
    """What changes while product lists come in; 204 when it is as the page has it."""
    context = state_page(access.basket_to_read(request.user, basket_id), request.user)
    if context["mark"] == request.GET.get("mark"):
        return unchanged()
    return render_page(request, "basket/basket_state.html", context)


@login_required
@require_POST
def change(request: HttpRequest, basket_id: int) -> HttpResponse:
    basket = access.basket_to_write(request.user, basket_id)
    form = BasketForm(request.user, request.POST)
    if not form.is_valid():
        messages.error(request, "; ".join(str(errors[0]) for errors in form.errors.values()))
        return redirect("basket", basket_id=basket_id)
    changes = {"name": form.cleaned_data["name"]}
    if basket.owner_id == request.user.pk and "group" in request.POST:
        changes["group"] = access.new_group(request.user, basket, form.cleaned_data["group"])
    lines.touch(basket, **changes)
    return redirect("basket", basket_id=basket_id)


@login_required
@require_POST
def remove(request: HttpRequest, basket_id: int) -> HttpResponse:
    basket = access.basket_to_write(request.user, basket_id)
    basket.delete()
    messages.success(request, f"“{basket.name}” was removed; bundles made from it stay.")
    return redirect("baskets")


@login_required
@require_POST
def refresh(request: HttpRequest, basket_id: int) -> HttpResponse:
    """Ask again for the lists that failed, or, when `all` is sent, for every one."""
    basket = access.basket_to_write(request.user, basket_id)
    everything = "all" in request.POST
    failed = [obsid for obsid, _ in state_of(basket).harvest.failed]
    obsids = lines.contents_of(basket).executed if everything else failed
    queue_products(want(obsids, refresh=everything))
    return redirect("basket", basket_id=basket_id)
