"""Owns the REST interface's one error shape, revisions and content type. Holds no views."""

import logging
from collections.abc import Callable
from math import ceil
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions, status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from mastportal.conflicts import Conflict, Outdated
from mastportal.mast.errors import (
    ArchiveError,
    ArchiveRests,
    BadQuestion,
    NotFound,
    Refused,
    TimedOut,
    TooMany,
    Unavailable,
)
from mastportal.tables.filters import BadQuery

logger = logging.getLogger(__name__)
API_PREFIX = "/api/v1/"
MOST_DIGITS = 18  # of a revision


class ApiError(Exception):
    """An answer other than success: `code` for programs, `message` one plain sentence for people."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        field: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.field = code, message, status, field
        self.headers = headers or {}


# The most particular kind first.
_ARCHIVE_ERRORS: list[tuple[type[ArchiveError], str, int]] = [
    (TooMany, "too_many", status.HTTP_422_UNPROCESSABLE_ENTITY),
    (BadQuestion, "bad_question", status.HTTP_400_BAD_REQUEST),
    (NotFound, "not_found", status.HTTP_404_NOT_FOUND),
    (Refused, "archive_refused", status.HTTP_502_BAD_GATEWAY),
    (TimedOut, "archive_timed_out", status.HTTP_503_SERVICE_UNAVAILABLE),
    (Unavailable, "archive_unavailable", status.HTTP_503_SERVICE_UNAVAILABLE),
    (ArchiveError, "archive_error", status.HTTP_502_BAD_GATEWAY),
]


def _when(error: ArchiveError) -> dict[str, str]:
    """When the archive, or the portal on its behalf, said that asking again may be of use."""
    return {"Retry-After": str(max(1, ceil(error.after_s)))} if isinstance(error, ArchiveRests) else {}


def _from_drf(error: exceptions.APIException) -> ApiError:
    field, detail = None, error.detail
    while isinstance(detail, dict | list):
        if isinstance(detail, dict):
            name, detail = next(iter(detail.items()))
            field = name if isinstance(name, str) else field  # a list's items are named by their place
        else:
            detail = detail[0]
    headers = {}
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(round(wait))
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    code = str(getattr(detail, "code", "") or error.default_code)
    return ApiError(code, str(detail), error.status_code, field, headers)


def api_error(error: Exception) -> ApiError | None:
    """`error` in the one shape, or None when it is a fault of ours that must be seen as one."""
    match error:
        case ApiError():
            return error
        case BadQuery():
            return ApiError("bad_question", error.message, 400, error.field)
        case ArchiveError():
            code, http = next((code, http) for kind, code, http in _ARCHIVE_ERRORS if isinstance(error, kind))
            return ApiError(code, str(error), http, getattr(error, "field", "") or None, _when(error))
        case Conflict():
            return ApiError(error.code, error.message, 412 if isinstance(error, Outdated) else 409)
        case Http404():
            return ApiError("not_found", "There is no such thing here, or it is not yours to see.", 404)
        case PermissionDenied():
            return ApiError("forbidden", str(error) or "You may look at this but not change it.", 403)
        case exceptions.APIException():
            return _from_drf(error)
        case _:
            return None


def error_body(error: ApiError) -> dict[str, Any]:
    """The JSON of an error: `{"error": {"code", "message", "field"?}}`."""
    body = {"code": error.code, "message": error.message}
    return {"error": body | ({"field": error.field} if error.field else {})}


def as_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Django REST framework's exception handler."""
    shaped = api_error(error)
    if shaped is None:
        logger.exception("unexpected error in the API", exc_info=error)
        shaped = ApiError("internal", "Something broke here; the administrator's log says what.", 500)
    return Response(error_body(shaped), status=shaped.status, headers=shaped.headers)


class Revised(Protocol):
    """What several people change; its revision grows with each change."""

    revision: int


def tag_of(thing: Revised) -> dict[str, str]:
    """The header that says which revision this is."""
    return {"ETag": f'"{thing.revision}"'}


def expected_revision(request: Request) -> int | None:
    """The revision that If-Match names; None for `*`. Raises ApiError 428 without it."""
    told = request.headers.get("If-Match", "").strip()
    if not told:
        raise ApiError("precondition_required", 'Say which revision you change: If-Match: "revision".', 428)
    if told == "*":
        return None
    text = told.removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > MOST_DIGITS:
        raise ApiError("bad_question", 'If-Match takes a revision, such as "3".', 400, "If-Match")
    return int(text)


def check_revision(thing: Revised, expected: int | None) -> None:
    """Raises ApiError 412 when somebody changed it since."""
    if expected is not None and expected != thing.revision:
        raise ApiError(
            "precondition_failed",
            f"This was changed meanwhile: it is at revision {thing.revision}, not {expected}.",
            412,
        )


class AlwaysJson(BaseContentNegotiation):
    """Answers in JSON whatever was accepted: `format=` belongs to our own grammar."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next((p for p in parsers if request.content_type.startswith(p.media_type)), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


def error_page(html: Callable[..., Any], code: str, message: str, http: int) -> Callable[..., Any]:
    """An error handler for Django that answers JSON under the API and `html` elsewhere."""

    def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.path.startswith(API_PREFIX):
            return JsonResponse(error_body(ApiError(code, message, http)), status=http)
        return html(request, *args, template_name=f"errors/{http}.html", **kwargs)

    return handle
