"""Owns the security headers that every page carries. Imports nothing of ours.

One page may do more than the others: a search's result, where the sky view is opened. Aladin Lite needs
- WebAssembly, which it carries inside its one file as a `data:` address: `'wasm-unsafe-eval'` compiles
  WebAssembly and no script, and a `data:` address reaches no host;
- a worker made of a `blob:`, and images made of blobs, for the tiles it has fetched;
- one style sheet that it writes into the page, and one `style="font-weight:bold"`: both are allowed by the
  hash of what they say, so any other style is refused still. A test compares the sheet's hash with the
  installed package.
"""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Directives = Mapping[str, Sequence[str]]

STRICT: Directives = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-src": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
    "manifest-src": ["'self'"],
}
# Only Django's pages of errors while developing carry scripts of their own.
LOOSE: Directives = {"style-src": ["'unsafe-inline'"], "script-src": ["'unsafe-inline'"]}
# The API document is drawn by Swagger UI, whose template and icons hold inline styles; its script does not.
DOCUMENT: Directives = {"style-src": ["'unsafe-inline'"]}
DOCUMENT_PAGES = ("schema-browse",)
# A page that our own pages show in a frame says so in its own policy.
FRAMED = "frame-ancestors 'self'"

ALADIN_SHEET = "'sha256-cEnY4wnnUdAaYodEHQq0zu+362EwEHHSAlawP4BBKmw='"
ALADIN_BOLD = "'sha256-wkY2X5hecQzbhnFCqvTpwrUJ1f4X8LH5WFjYUzv1wmU='"
SKY: Directives = {
    "script-src": ["'wasm-unsafe-eval'"],
    "style-src": ["'unsafe-hashes'", ALADIN_SHEET, ALADIN_BOLD],
    "img-src": ["blob:"],
    "connect-src": ["data:"],
    "worker-src": ["blob:"],
}
SKY_PAGES = ("result",)
# The hub of SAMP's Web Profile on the person's own computer, asked when they want to send a table there.
SAMP: Directives = {"connect-src": ["http://localhost:21012"]}


def policy(*further: Directives) -> str:
    """The strict policy with what each of `further` allows beyond it."""
    names = [*STRICT, *(name for each in further for name in each if name not in STRICT)]
    sources = {name: [value for each in (STRICT, *further) for value in each.get(name, ())] for name in names}
    return "; ".join(f"{name} {' '.join(values)}" for name, values in sources.items())


def _survey() -> Directives:
    """The survey's host, where the browser asks it itself; the sandbox's comes through the portal."""
    scheme, host = urlsplit(settings.SKY_SURVEY)[:2]
    if settings.SKY_SURVEY_IS_HANDED_ON or not host:
        return {}
    return {"img-src": [f"{scheme}://{host}"], "connect-src": [f"{scheme}://{host}"]}


def _policy_of(request: HttpRequest) -> str:
    if settings.DEBUG:
        # A hash would take the inline styles away again that Django's pages of errors are written with.
        return policy(LOOSE, {**SKY, "style-src": ()}, _survey(), SAMP)
    name = request.resolver_match.url_name if request.resolver_match else ""
    if name in DOCUMENT_PAGES:
        return policy(DOCUMENT)
    if name in SKY_PAGES:
        return policy(SKY, _survey(), SAMP)
    return policy()


def headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a strict content security policy, unless the view set a stricter one of its own."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", _policy_of(request))
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if FRAMED in response.headers["Content-Security-Policy"]:
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response

    return respond
