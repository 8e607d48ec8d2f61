"""The pages of saved and recent searches: a list, a form to save and to change, the way to their rows."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mastportal.desk import pages, recent, saved
from mastportal.desk.forms import ChangeForm, SaveForm
from mastportal.desk.models import SavedSearch
from mastportal.htmx import render_page
from mastportal.search import results, tasks
from mastportal.search.models import Search
from mastportal.tables.columns import BadQuery


@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All that a person may open."""
    context = pages.list_page(cast(User, request.user), request.GET.get("q", ""))
    return render_page(request, "desk/saved.html", context, "desk/saved_list.html")


@login_required
@never_cache
@require_safe
def menu(request: HttpRequest) -> HttpResponse:
    """The newest few, for the search panel's menu."""
    return render_page(request, "desk/saved_menu.html", pages.menu(cast(User, request.user)))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form that saves a result with its filters; and the saving."""
    user = cast(User, request.user)
    form = SaveForm(user, request.POST if request.method == "POST" else request.GET)
    sent_well, error = form.is_valid(), ""
    if not form.cleaned_data.get("search"):
        return HttpResponseBadRequest("Say which search is to be saved.", content_type="text/plain")
    search = get_object_or_404(Search.objects.select_related("current"), pk=form.cleaned_data["search"])
    try:
        state, words = saved.table_state(search, form.cleaned_data.get("then", ""))
        if request.method == "POST" and sent_well:
            return redirect(pages.result_address(_kept(request, search, form, state)))
    except BadQuery as bad:
        state, words, error = "", "", bad.message
    told = form if request.method == "POST" else SaveForm(user)
    context = {"form": told, "search": search, "state": state, "words": words, "error": error}
    context |= {"replaceable": pages.writable(user), "action": reverse("saved-new")}
    status = 422 if error or (request.method == "POST" and not sent_well) else 200
    return render_page(request, "desk/save.html", context, "desk/save_form.html", status)


def _kept(request: HttpRequest, search: Search, form: SaveForm, state: str) -> SavedSearch:
    """A new saved search, or the one that it takes the place of."""
    told = form.cleaned_data
    if not told["replace"]:
        fields = {name: told[name] for name in ("name", "group", "note")}
        found = saved.save(request.user, search, state=state, **fields)
        messages.success(request, f"Saved as “{found.name}”.")
        return found
    found = saved.to_write(request.user, told["replace"])
    saved.change(request.user, found, search=search, state=state)
    messages.success(request, f"“{found.name}” is now this search with these filters.")
    return found


@login_required
@never_cache
@require_safe
def opened(request: HttpRequest, saved_id: int) -> HttpResponse:
    """To its rows; the archive is asked again where they are gone or old."""
    found = saved.to_read(request.user, saved_id)
    with transaction.atomic():
        asked = results.ask(found.search.criteria, cast(User, request.user))
        if asked.must_queue:
            tasks.queue_results([asked.result.pk])
    return redirect(pages.result_address(found))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, saved_id: int) -> HttpResponse:
    """Another name, note or group."""
    user = cast(User, request.user)
    with transaction.atomic():
        found = saved.to_write(user, saved_id)
        told = {"name": found.name, "note": found.note, "group": found.group_id, "revision": found.revision}
        form = ChangeForm(user, request.POST) if request.method == "POST" else ChangeForm(user, initial=told)
        if request.method == "POST" and form.is_valid():
            if form.cleaned_data["revision"] == saved.lock(found).revision:
                saved.change(user, found, **_changes(form, found, user))
                messages.success(request, f"“{found.name}” was changed.")
                return redirect("saved-searches")
            form.add_error(None, "Somebody changed this meanwhile; look at it below and change it again.")
    is_mine = found.owner_id == user.pk
    context = {"form": form, "found": found, "told": told, "is_mine": is_mine}
    return render_page(request, "desk/change.html", context, status=422 if form.errors else 200)


def _changes(form: ChangeForm, found: SavedSearch, user: User) -> dict[str, object]:
    names = ("name", "note", "group") if found.owner_id == user.pk else ("name", "note")
    return {name: form.cleaned_data[name] for name in names}


@login_required
@require_POST
def remove(request: HttpRequest, saved_id: int) -> HttpResponse:
    """It is gone for all who could open it; the question and its rows stay."""
    found = saved.to_write(request.user, saved_id)
    found.delete()
    messages.success(request, f"“{found.name}” was removed.")
    return redirect("saved-searches")


@login_required
@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Take one question, or all, out of one's own recent searches."""
    user = cast(User, request.user)
    if "all" in request.POST:
        recent.forget_all(user)
    else:
        recent.forget(user, request.POST.get("search", ""))
    return redirect("results")
