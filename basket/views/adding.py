"""The pages' doors for putting things into a basket and taking them out."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from basket import access, baskets, lines
from basket.forms import AddForm, refused
from basket.incoming import question_of, rows_matching, rows_named, table_of_search
from basket.lines import Added
from basket.models import Basket
from basket.views.conflicts import told_of_conflicts
from mastportal.conflicts import Conflict
from mastportal.mast.errors import BadQuestion
from mastportal.search.failures import NoRows
from mastportal.search.products import want
from mastportal.search.selecting.ticked import keys_ticked
from mastportal.search.tasks import queue_products
from mastportal.tables.columns import BadQuery


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """From a search's page: the ticked rows, or all that match, into a basket or a new one."""
    form = AddForm(request.POST)
    if not form.is_valid():
        return refused(form)
    try:
        with transaction.atomic():  # a new basket stays only if something came into it
            basket = _basket_of(cast(User, request.user), form)
            added = _add(basket, request, form)
    except (BadQuery, BadQuestion, NoRows) as error:
        messages.error(request, str(error))
        return redirect("baskets")
    except Conflict as error:
        context = {"basket": access.basket_to_read(request.user, form.cleaned_data["basket"]), "error": error}
        return render(request, "basket/conflict.html", context, status=409)
    messages.success(request, _sentence(added, basket))
    return redirect("basket", basket_id=basket.pk)


def _basket_of(user: User, form: AddForm) -> Basket:
    if basket_id := form.cleaned_data["basket"]:
        return access.basket_to_write(user, basket_id)
    name = form.cleaned_data["name"] or "New basket"
    return baskets.make(name, user)


def _add(basket: Basket, request: HttpRequest, form: AddForm) -> Added:
    told = form.cleaned_data
    table = table_of_search(str(told["search"]), told["result"])
    question = question_of(str(told["search"]))
    key = "obsid" if "obsid" in table.columns else "dataURI"
    columns: tuple[str, ...] = lines.OBSERVATION_COLUMNS if key == "obsid" else lines.FILE_COLUMNS
    if names := keys_ticked(request.POST, key):
        rows = rows_named(table, key, names, columns)
    elif "filters" in request.POST:
        rows = rows_matching(table, key, told["filters"], columns)
    else:
        raise BadQuery("Tick the rows to add first, or add all that match.", key)
    if key == "dataURI":
        return lines.add_files(basket, rows, request.user, question)
    added = lines.add_observations(basket, rows, request.user, question)
    queue_products(want(lines.contents_of(basket).executed))
    return added


def _sentence(added: Added, basket: Basket) -> str:
    already = f"; {added.already:,} were in it already" if added.already else ""
    return f"Added {added.added:,} to “{basket.name}”{already}."


@login_required
@require_POST
@told_of_conflicts
def remove_line(request: HttpRequest, basket_id: int, obsid: str) -> HttpResponse:
    lines.remove_observation(access.basket_to_write(request.user, basket_id), obsid, request.user)
    return redirect("basket", basket_id=basket_id)


@login_required
@require_POST
@told_of_conflicts
def remove_file(request: HttpRequest, basket_id: int) -> HttpResponse:
    basket = access.basket_to_write(request.user, basket_id)
    lines.remove_file(basket, request.POST.get("dataURI", ""), request.user)
    return redirect("basket", basket_id=basket_id)
