"""How a person's tables look."""

from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts import layouts
from accounts.views.onward import next_of
from mastportal.tables.columns import BadQuery


@login_required
@require_POST
def table_layout(request: HttpRequest, kind: str) -> HttpResponse:
    """Remember how one's tables of a kind look, or forget it; then back to the table, or quietly nowhere."""
    try:
        if "forget" in request.POST:
            layouts.forget(request.user, kind)
        else:
            layouts.remember(request.user, kind, request.POST.dict())
    except BadQuery as error:
        return HttpResponseBadRequest(error.message, content_type="text/plain; charset=utf-8")
    if "quietly" in request.POST:
        return HttpResponse(status=204)
    columns = "" if "forget" in request.POST else request.POST.get("columns", "")
    address = next_of(request)
    if columns:
        address += f"{'&' if '?' in address else '?'}columns={quote(columns, safe=',')}"
    return redirect(address)
