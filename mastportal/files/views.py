"""The page's door to pictures: the preview of a row, or in a sentence why there is none. Shows no page."""

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from mastportal.files import noting, previews, store
from mastportal.files.models import Access, StoredFile
from mastportal.files.previews import Standing
from mastportal.files.tasks import fetch_preview
from mastportal.mast.errors import TimedOut, Unavailable
from mastportal.search.failures import NoRows
from mastportal.search.preview_rows import Pictured, pictured

_ANSWERS = {Standing.COMING: 202, Standing.EXCLUSIVE: 403, Standing.NONE: 404}
KEPT_S = 600


@login_required
@require_safe
def preview(request: HttpRequest, result_id: UUID, number: int) -> HttpResponse:
    """The picture of row `number` of a snapshot: 202 while it is fetched, 403 where it is exclusive."""
    user = cast(User, request.user)
    try:
        row = pictured(result_id, number)
        found = previews.look(user, row.uri, row.programme, row.release_mjd)
    except (NoRows, IndexError) as error:
        raise Http404("There is no such row; the search may have been asked again.") from error
    except (Unavailable, TimedOut):
        return _said("The archive cannot be asked for your right just now.", 503)
    if found.to_fetch:
        fetch_preview.delay(found.to_fetch, user.pk)
    if found.standing != Standing.READY or found.file is None:
        return _said(_words(found.standing, row), _ANSWERS[found.standing])
    return _picture(found.file, user)


def _words(standing: Standing, row: Pictured) -> str:
    if standing == Standing.COMING:
        return "Fetching the preview…"
    if standing == Standing.EXCLUSIVE:
        return f"Exclusive until {row.public_from}" if row.public_from else "Exclusive access"
    return "No preview"


def _said(sentence: str, status: int) -> HttpResponse:
    headers: dict[str, Any] = {"Cache-Control": "no-store"}
    if status in {202, 503}:
        headers["Retry-After"] = "1"
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8", headers=headers)


def _picture(file: StoredFile, user: User) -> HttpResponse:
    body = b"".join(store.read(file, 0, file.size_bytes or 0))
    response = HttpResponse(body, content_type=previews.type_of(file))
    response["X-Content-Type-Options"] = "nosniff"
    is_public = file.access == Access.PUBLIC
    if not is_public:
        noting.served(user, file.data_uri, [file.scope], len(body), None)
    response["Cache-Control"] = f"private, max-age={KEPT_S}" if is_public else "private, no-store"
    response["Content-Disposition"] = content_disposition_header(False, file.name) or "inline"
    return response
