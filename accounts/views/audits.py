"""The pages of the audit: what concerns oneself, and for its owners what was done in a group."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import access, audit_reading
from accounts.models import Role
from mastportal.htmx import render_page

TEMPLATE = "accounts/audit.html"


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    entries = audit_reading.of_person(request.user)
    return render_page(request, TEMPLATE, audit_reading.page_of(entries, request.GET.dict()))


@login_required
@never_cache
@require_safe
def of_group(request: HttpRequest, group_id: int) -> HttpResponse:
    group = access.groups_of(request.user).filter(pk=group_id).first()
    if group is None:
        raise Http404
    if access.role_in(request.user, group) != Role.OWNER:
        raise PermissionDenied("Only the owners of a group read its record.")
    context = audit_reading.page_of(audit_reading.of_group(group_id), request.GET.dict())
    return render_page(request, TEMPLATE, context | {"group": group})
