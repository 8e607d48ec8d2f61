"""The pages' doors by which a basket leaves as a file and comes in as one."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from basket import access, arriving, portable
from basket.forms import ImportForm, refused
from basket.harvest import products_of
from basket.lines import contents_of
from basket.models import Arrival
from basket.selecting import select
from basket.tasks import queue_arrival
from basket.views.conflicts import told_of_conflicts
from mastportal.tables.columns import BadQuery


@login_required
@never_cache
@require_safe
def export(request: HttpRequest, basket_id: int) -> HttpResponse:
    basket = access.basket_to_read(request.user, basket_id)
    try:
        document = portable.exported(basket, request.user.get_username())
    except BadQuery as error:
        messages.error(request, error.message)
        return redirect("basket", basket_id=basket_id)
    response = HttpResponse(portable.text_of(document), content_type="application/json; charset=utf-8")
    name = f"basket-{slugify(basket.name) or basket.pk}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@require_POST
def bring_in(request: HttpRequest) -> HttpResponse:
    """A basket from a file that some portal exported."""
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return refused(form)
    group = access.group_to_share_with(request.user, form.cleaned_data["group"])
    try:
        told = portable.read(form.cleaned_data["file"].read(portable.MOST_BYTES + 1))
    except BadQuery as error:
        messages.error(request, error.message)
        return redirect("baskets")
    with transaction.atomic():
        arrival = arriving.begin(told, cast(User, request.user), group)
        queue_arrival(arrival)
    return redirect("basket", basket_id=arrival.basket_id)


@login_required
@require_POST
@told_of_conflicts
def bring_in_again(request: HttpRequest, basket_id: int) -> HttpResponse:
    """Look for the rows of a file once more, where that had failed."""
    basket = access.basket_to_write(request.user, basket_id)
    with transaction.atomic():
        if arrival := arriving.again(basket):
            queue_arrival(arrival)
    return redirect("basket", basket_id=basket_id)


@login_required
@require_POST
@told_of_conflicts
def exactly(request: HttpRequest, basket_id: int) -> HttpResponse:
    """Select just those files that the basket's file named."""
    basket = access.basket_to_write(request.user, basket_id)
    arrival = Arrival.objects.filter(basket=basket).first()
    if arrival is None:
        messages.error(request, "This basket did not come in as a file.")
        return redirect("basket", basket_id=basket_id)
    told, products = arrival.told, products_of(contents_of(basket))
    try:
        select(basket, lambda current: arriving.exactly(current, told, products), request.user)
    except BadQuery as error:
        messages.error(request, error.message)
    return redirect("basket", basket_id=basket_id)
