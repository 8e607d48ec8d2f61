"""The pages that say of a basket who did what: its rows with their notes, and the list of events.

Both are asked again as long as they are open, with the revision they show: 204 where there is no newer one.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from basket import access, activity, notes
from basket.forms import EventsForm, NoteForm, refused
from basket.models import Basket
from basket.rows_page import FILES, rows_page
from basket.views.conflicts import told_of_conflicts
from mastportal.htmx import render_page, unchanged, wants_fragment
from mastportal.tables.columns import BadQuery


@login_required
@never_cache
@require_safe
def rows(request: HttpRequest, basket_id: int) -> HttpResponse:
    basket = access.basket_to_read(request.user, basket_id)
    if _is_as_shown(request, basket):
        return unchanged()
    context = rows_page(basket, request.user, request.GET.dict())
    context |= {
        "basket": basket,
        "may_write": access.may_change(request.user, basket),
        "last_event": activity.latest(basket) if basket.revision > 1 else None,
    }
    return render_page(request, "basket/rows.html", context, "basket/rows_state.html")


def _is_as_shown(request: HttpRequest, basket: Basket) -> bool:
    return wants_fragment(request) and request.GET.get("mark") == str(basket.revision)


@login_required
@require_POST
@told_of_conflicts
def note(request: HttpRequest, basket_id: int) -> HttpResponse:
    basket = access.basket_to_write(request.user, basket_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return refused(form)
    told = form.cleaned_data
    row = {"obsid": told["obsid"], "data_uri": told["dataURI"]}
    try:
        notes.write(basket, request.user, told["note"], seen=told["revision"], **row)
    except BadQuery as error:
        messages.error(request, error.message)
    kind = f"?kind={FILES}" if told["dataURI"] else ""
    return redirect(reverse("basket-rows", args=[basket_id]) + kind)


@login_required
@never_cache
@require_safe
def events(request: HttpRequest, basket_id: int) -> HttpResponse:
    """What was done to the basket, the newest first."""
    basket = access.basket_to_read(request.user, basket_id)
    if _is_as_shown(request, basket):
        return unchanged()
    form = EventsForm(request.GET)
    if not form.is_valid():
        return refused(form)
    before = form.cleaned_data["before"]
    found = activity.page_of(basket, before)
    context = {
        "basket": basket,
        "events": found[: activity.PAGE],
        "more": len(found) > activity.PAGE,
        "is_newest": before is None,
    }
    return render_page(request, "basket/activity.html", context, "basket/activity_state.html")
