"""The page under the bell, its count in the top bar, and that notices were read."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mastportal.htmx import render_page, unchanged
from mastportal.outbox import bell

PAGE_SIZE = 50


@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All notices, or the unread ones."""
    notices = bell.of(cast(User, request.user))
    only_unread = "unread" in request.GET
    shown = notices.filter(read_at=None) if only_unread else notices
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    return render_page(request, "outbox/notices.html", {"page": page, "only_unread": only_unread})


@never_cache
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """The bell again when its count is another than `known`. Quiet, not an error, for who signed out."""
    if not request.user.is_authenticated:
        return unchanged()
    unread = bell.unread(request.user)
    if request.GET.get("known") == str(unread):
        return unchanged()
    return render_page(request, "outbox/bell.html", {"unread_notices": unread})


@login_required
@never_cache
@require_safe
def follow(request: HttpRequest, notice_id: int) -> HttpResponse:
    """To what a notice is about; it counts as read from now."""
    notice = get_object_or_404(bell.of(request.user), pk=notice_id)
    if request.method == "GET":
        bell.mark_read(request.user, [notice.pk])
    return redirect(notice.path or "notifications")


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """One notice was read, or all."""
    told = request.POST.get("notice", "")
    bell.mark_read(request.user, [int(told)] if told.isdecimal() and len(told) < 19 else None)
    return redirect("notifications")
