"""Owns the security headers that every page carries. Imports nothing of ours."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-src 'self'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
        "manifest-src 'self'",
    ]
)
# The browsable API document draws itself with inline styles, and the admin with inline icons.
LOOSE_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
    "script-src 'self'", "script-src 'self' 'unsafe-inline'"
)
LOOSE_PATHS = ("/api/v1/schema/",)


def headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a strict content security policy, unless the view set a stricter one of its own."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        loose = request.path.startswith(LOOSE_PATHS) or settings.DEBUG
        response.headers.setdefault("Content-Security-Policy", LOOSE_POLICY if loose else POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response

    return respond
