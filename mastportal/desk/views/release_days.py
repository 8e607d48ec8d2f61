"""The calendar of what becomes public: the page, its secret address, and the file that is had there."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from accounts import archive
from mastportal.desk import calendar_page, mine, release_feed
from mastportal.desk.release_days import releases_of
from mastportal.htmx import render_page
from mastportal.search import tasks


def _asked_on(found: mine.Found) -> None:
    """What nobody asked about today is asked for, for who looks next."""
    with transaction.atomic():
        tasks.queue_results(mine.ask_unknown(found))


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    user = cast(User, request.user)
    group_id = calendar_page.chosen_group(user, request.GET.get("group", ""))
    found = mine.found_for(user, group_id)
    _asked_on(found)
    context = calendar_page.page(user, found, group_id) | more
    return render_page(request, "desk/calendar.html", context, "desk/calendar_days.html")


@login_required
@never_cache
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """What of a person's and their groups' programmes becomes public, day by day."""
    return _page(request)


@sensitive_variables("secret", "address")
@login_required
@never_cache
@require_POST
def address(request: HttpRequest) -> HttpResponse:
    """A new secret address, shown now and never again; or none any more."""
    user = cast(User, request.user)
    if "remove" in request.POST:
        release_feed.forget_secret(user)
        messages.success(request, "The calendar's address leads nowhere any more.")
        return redirect("calendar")
    secret = release_feed.new_secret(user)
    address = request.build_absolute_uri(reverse("calendar-feed", args=[secret]))
    return _page(request, new_address=address)


@sensitive_variables("secret")
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The iCalendar file of whose secret address this is."""
    owner = release_feed.owner_of(secret)
    if owner is None:
        raise Http404
    found = mine.found_for(owner)
    _asked_on(found)
    releases = releases_of(found.coming.values(), archive.today_mjd())
    response = HttpResponse(release_feed.calendar_file(releases), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="public-days.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, private=True, max_age=300)
    return response
