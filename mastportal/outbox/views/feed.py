"""The Atom feed, for whoever has its secret address: a feed reader signs in nowhere."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from mastportal.outbox import bell, feeds


@sensitive_variables()
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponseBase:
    """The newest notices; 304 where the reader has them already."""
    person = feeds.person_of(secret)
    if person is None:
        raise Http404
    notices = list(bell.of(person).defer("data")[: feeds.MOST_ENTRIES])
    etag = quote_etag(f"{len(notices)}-{notices[0].pk if notices else 0}")
    response = get_conditional_response(request, etag=etag)
    if response is None:
        document = feeds.written(person, notices)
        response = HttpResponse(document, content_type="application/atom+xml; charset=utf-8")
    response.headers["ETag"], response.headers["X-Robots-Tag"] = etag, "noindex"
    patch_cache_control(response, private=True, max_age=300)
    return response
