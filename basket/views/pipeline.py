"""The page that says what a re-run of the pipeline needs, and what of it is missing, before any download."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from basket import access, lines
from basket.amounts import size_in_words
from basket.models import Basket
from basket.pipeline import gathering
from basket.pipeline.levels import STAGES, STARTS_FROM
from basket.pipeline.references import are_to_be_had
from basket.tasks import queue_gatherings
from mastportal.htmx import render_page, unchanged
from mastportal.search.products import FAILURES_STAY_S, want
from mastportal.search.tasks import queue_products
from mastportal.work import UNFINISHED

ROLES = {
    "association": "association files",
    "msa": "micro-shutter metadata",
    "psf": "reference star",
    "sourcecat": "source catalogues",
    "segmap": "segmentation maps",
    "direct_image": "direct images",
}


@login_required
@never_cache
@require_safe
def needs(request: HttpRequest, basket_id: int) -> HttpResponse:
    """The page, or its growing part; 204 when that is as the page has it."""
    basket = access.basket_to_read(request.user, basket_id)
    stage = request.GET.get("stage", "2")
    if stage not in {str(each) for each in STAGES}:
        raise Http404("There is no such stage.")
    if not lines.contents_of(basket).executed:
        messages.error(request, "The basket has no observation that was executed: add some first.")
        return redirect("basket", basket_id=basket_id)
    context = _context(basket, int(stage), cast(User, request.user), refresh="refresh" in request.GET)
    if "mark" in request.GET and context["is_coming"]:
        return unchanged()
    return render_page(request, "basket/pipeline.html", context, "basket/pipeline_state.html")


def _context(basket: Basket, stage: int, user: User, *, refresh: bool) -> dict[str, Any]:
    contents = lines.contents_of(basket)
    with transaction.atomic():
        queue_products(want(contents.executed, failures_stay_s=FAILURES_STAY_S))
        asked = gathering.ask(contents, stage, user, refresh=refresh)
        queue_gatherings([asked.row.pk] if asked.is_new else [])
    found = gathering.state_of(asked.row)
    members = found.get("members", {})
    return {
        "basket": basket,
        "stage": stage,
        "stages": [(each, STARTS_FROM[each]) for each in STAGES],
        "starts_from": STARTS_FROM[stage],
        "found": found,
        "is_coming": asked.row.phase in UNFINISHED,
        "size_words": size_in_words(found.get("bytes", 0)),
        "members": [(ROLES.get(role, role.replace("_", " ")), n) for role, n in members.items()],
        "has_references": are_to_be_had(),
    }
