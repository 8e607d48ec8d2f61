"""The administrator's own pages, inside Django's admin: each asks the domain once and renders."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import archive, mail
from mastportal.administration.jobs import NoSuchJob, act, listed
from mastportal.files.usage import usage
from mastportal.health import states
from mastportal.tables.cells import size_words

Page = Callable[[HttpRequest], HttpResponse]


def for_superusers(page: Page) -> Page:
    """Staff with rights to single tables do not stop everybody's work."""

    @wraps(page)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not getattr(request.user, "is_superuser", False):
            raise PermissionDenied("Only administrators may do this.")
        return page(request)

    return guarded


def _page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    whole = admin.site.each_context(request) | {"title": title} | context
    return render(request, f"administration/{template}.html", whole)


@for_superusers
@require_http_methods(["GET", "HEAD", "POST"])
def jobs(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, "jobs", "Running jobs", {"kinds": listed()})
    sent = request.POST
    try:
        act(sent.get("kind", ""), sent.get("pk", ""), sent.get("action", ""))
    except NoSuchJob as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Stopped." if sent["action"] == "stop" else "It is tried again.")
    return redirect("admin:portal-jobs")


@for_superusers
@require_safe
def store(request: HttpRequest) -> HttpResponse:
    told = usage()
    tables = [("Research group", told.groups), ("Programme", told.programmes), ("Came from", told.origins)]
    context = {
        "usage": told,
        "used": size_words(told.used_bytes),
        "bound": size_words(told.quota_bytes) if told.quota_bytes else "what the disk holds",
        "free": size_words(told.free_bytes),
        "removable": size_words(told.removable_bytes),
        "tables": [
            (title, [(share, size_words(share.bytes)) for share in shares]) for title, shares in tables
        ],
    }
    return _page(request, "store", "Store", context)


@for_superusers
@require_http_methods(["GET", "HEAD", "POST"])
def state(request: HttpRequest) -> HttpResponse:
    """Each part's state, the archive's, and the mail that tries the way out."""
    if request.method == "POST":
        try:
            messages.success(request, mail.try_out(request.POST.get("address", "").strip()))
        except mail.NotSent as error:
            messages.error(request, str(error))
        return redirect("admin:portal-state")
    context = {
        "parts": states(),
        "archive": archive.status(),
        "archive_url": settings.ARCHIVE_URL,
        "archive_now": archive.now(),
        "mail_way": mail.way(),
        "mail_is_on": mail.is_on(),
        "version": settings.VERSION,
    }
    return _page(request, "state", "State and mail", context)
