"""The pages' doors to a basket as a whole: locked for good, copied, merged with another."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import groups_to_share_with
from basket import access, baskets
from basket.forms import BasketForm, LockForm, MergeForm, refused
from basket.lines import contents_of
from basket.views.conflicts import told_of_conflicts
from mastportal.htmx import render_page
from mastportal.search.products import want
from mastportal.search.tasks import queue_products
from mastportal.tables.columns import BadQuery


@login_required
@never_cache
@require_safe
def manage(request: HttpRequest, basket_id: int) -> HttpResponse:
    """What can be done with a basket as a whole."""
    basket = access.basket_to_read(request.user, basket_id)
    context = {
        "basket": basket,
        "may_edit": access.may_edit(request.user, basket),
        "may_unlock": baskets.may_unlock(request.user, basket),
        "others": access.visible_baskets(request.user).exclude(pk=basket.pk),
        "groups": groups_to_share_with(request.user),
        "copy_name": f"Copy of {basket.name}"[:120],
    }
    return render_page(request, "basket/manage.html", context)


@login_required
@require_POST
@told_of_conflicts
def lock(request: HttpRequest, basket_id: int) -> HttpResponse:
    basket = access.basket_to_write(request.user, basket_id)
    form = LockForm(request.POST)
    if not form.is_valid():
        return refused(form)
    baskets.lock(basket, cast(User, request.user), form.cleaned_data["note"])
    return redirect("basket", basket_id=basket_id)


@login_required
@require_POST
@told_of_conflicts
def unlock(request: HttpRequest, basket_id: int) -> HttpResponse:
    baskets.unlock(access.basket_to_write(request.user, basket_id), cast(User, request.user))
    return redirect("basket", basket_id=basket_id)


@login_required
@require_POST
def copy(request: HttpRequest, basket_id: int) -> HttpResponse:
    basket = access.basket_to_read(request.user, basket_id)
    form = BasketForm(request.user, request.POST)
    if not form.is_valid():
        return refused(form)
    group = access.group_to_share_with(request.user, form.cleaned_data["group"])
    new = baskets.copy(basket, cast(User, request.user), form.cleaned_data["name"], group)
    messages.success(request, f"“{new.name}” is a copy of “{basket.name}”, to be changed by itself.")
    return redirect("basket", basket_id=new.pk)


@login_required
@require_POST
@told_of_conflicts
def merge(request: HttpRequest, basket_id: int) -> HttpResponse:
    """Take in the rows of another basket that one may see."""
    basket = access.basket_to_write(request.user, basket_id)
    form = MergeForm(request.POST)
    if not form.is_valid():
        return refused(form)
    other = access.basket_to_read(request.user, form.cleaned_data["basket"])
    try:
        added = baskets.merge(basket, other, request.user)
    except BadQuery as error:
        messages.error(request, error.message)
    else:
        queue_products(want(contents_of(basket).executed))
        messages.success(
            request, f"{added.added:,} of “{other.name}” came in; {added.already:,} were here already."
        )
    return redirect("basket", basket_id=basket_id)
