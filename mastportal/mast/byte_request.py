"""Owns one request for bytes: address, who sees the token, redirects, the answer's promises. No Django."""

import functools
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import quote, urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from mastportal.mast.connection import Archive, Credential
from mastportal.mast.errors import ArchiveError, NotFound, Refused, TimedOut, Unavailable

DOWNLOAD_PATH = "/api/v0.1/Download/file"
REDIRECTS = 5
PIECE_BYTES = 256 << 10
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)$")


class Remote(NotFound):
    """The file lies at a partner site that the administrator did not allow; it stays a link."""


class ComeBackLater(Unavailable):
    """The archive is too busy and said for how many seconds."""

    def __init__(self, message: str, after_s: float) -> None:
        super().__init__(message)
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class Source:
    """Where a product's bytes are asked for; `hosts` are those a partner site may redirect to."""

    data_uri: str
    url: str
    archive: Archive
    hosts: frozenset[str]

    @property
    def name(self) -> str:
        return self.data_uri.rsplit("/", 1)[-1]

    def may_go_to(self, url: str) -> bool:
        """The archive may send us on to where it keeps its files; a partner site only to allowed hosts."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or (
            self.url.startswith("https:") and parts.scheme == "http"
        ):
            return False
        return self.archive.owns(self.url) or (parts.hostname or "") in self.hosts


@dataclass(frozen=True, slots=True)
class Answer:
    """An open answer with data: what it promises, and its bytes from `first_byte` on."""

    first_byte: int
    total_bytes: int | None
    etag: str
    last_modified: str
    raw: urllib3.HTTPResponse

    def pieces(self) -> Iterator[bytes]:
        """The body as it comes, up to 256 KiB at once. Raises Unavailable and TimedOut."""
        with _plain_errors():
            while piece := self.raw.read1(PIECE_BYTES, decode_content=False):
                yield piece


def source_of(archive: Archive, data_uri: str, allowed_hosts: Collection[str] = ()) -> Source:
    """`mast:` URIs are asked of the archive, `http(s):` ones of their own host where it is allowed.

    Raises Remote for a host that is not, NotFound for any other URI.
    """
    hosts = frozenset(allowed_hosts)
    if data_uri.startswith("mast:"):
        query = quote(data_uri, safe=":/")
        return Source(data_uri, archive.url(f"{DOWNLOAD_PATH}?uri={query}"), archive, hosts)
    host = urlsplit(data_uri).hostname
    if not data_uri.startswith(("http://", "https://")) or not host:
        raise NotFound(f"{data_uri} is no address the archive gives files for; those begin with mast:.")
    if host not in hosts:
        raise Remote(f"The file lies at {host}, a partner site; the portal keeps a link to it, not the file.")
    return Source(data_uri, data_uri, archive, hosts)


@contextmanager
def get(source: Source, credential: Credential | None, headers: Mapping[str, str]) -> Iterator[Answer]:
    """GET with redirects followed; an answer other than 200 and 206 raises what `archive_error` says."""
    with _sent("GET", source, credential, headers) as response:
        if response.status_code not in (200, 206):
            raise archive_error(response, source)
        yield _answer(response, source)


def head_status(source: Source, credential: Credential | None) -> int:
    """The status of a HEAD; of a GET of one byte where the server does not know HEAD."""
    with _sent("HEAD", source, credential, {}) as response:
        status = response.status_code
        if status not in (405, 501):
            return status if status < 500 and status != 429 else _raise(archive_error(response, source))
    with _sent("GET", source, credential, {"Range": "bytes=0-0"}) as response:
        return response.status_code


def _raise(error: ArchiveError) -> int:
    raise error


def archive_error(response: requests.Response, source: Source) -> ArchiveError:
    """What a status other than success means."""
    status, name = response.status_code, source.name
    if status in (401, 403):
        return Refused(
            f"The archive gives {name} only to people its programme has admitted (answer {status})."
        )
    if status in (404, 410):
        return NotFound(f"The archive has no file {source.data_uri}.")
    if status in (429, 503) and (after_s := _retry_after_s(response.headers.get("Retry-After", ""))):
        return ComeBackLater(f"The archive is busy and did not send {name} (answer {status}).", after_s)
    if status in (408, 416, 425, 429) or status >= 500:
        return Unavailable(f"The archive could not send {name} (answer {status}); it may later.")
    return ArchiveError(f"The archive did not send {name} (answer {status}).")


def _retry_after_s(text: str) -> float:
    if text.isdigit():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (when - datetime.now(UTC)).total_seconds()) if when.tzinfo else 0.0


@functools.lru_cache(maxsize=4)
def _anonymous_session(process: int) -> requests.Session:
    """Kept between files for its open connections; carries no token and takes no cookie."""
    return _session(_nobody)


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Adds nothing, and keeps requests from looking into ~/.netrc."""
    return request


@dataclass(frozen=True, slots=True)
class _Token:
    """Shows the token to the archive's own host over the configured address, after a redirect too."""

    archive: Archive
    credential: Credential

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.archive.owns(request.url or ""):
            request.headers["Authorization"] = f"token {self.credential._reveal()}"
        return request


def _session(auth: Callable[[requests.PreparedRequest], requests.PreparedRequest]) -> requests.Session:
    session = requests.Session()
    session.auth = auth
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=32))
    return session


@contextmanager
def _sent(
    method: str, source: Source, credential: Credential | None, headers: Mapping[str, str]
) -> Iterator[requests.Response]:
    if credential is None:
        session = _anonymous_session(os.getpid())
    else:
        session = _session(_Token(source.archive, credential))
    try:
        with _plain_errors():
            response = _follow(session, method, source, headers)
        with response:
            yield response
    finally:
        if credential is not None:
            session.close()


def _follow(
    session: requests.Session, method: str, source: Source, headers: Mapping[str, str]
) -> requests.Response:
    archive, url = source.archive, source.url
    for _ in range(REDIRECTS + 1):
        sent = {**headers, "User-Agent": archive.user_agent, "Accept": "*/*", "Accept-Encoding": "identity"}
        timeout = (archive.connect_timeout_s, archive.stall_s)
        response = session.request(
            method, url, headers=sent, timeout=timeout, stream=True, allow_redirects=False
        )
        if not response.is_redirect:
            return response
        response.close()
        url = urljoin(url, response.headers["Location"])
        if not source.may_go_to(url):
            raise Unavailable(f"The archive sent us elsewhere for {source.name}, where we do not follow.")
    raise Unavailable(f"The archive sent us round in circles for {source.name}.")


def _answer(response: requests.Response, source: Source) -> Answer:
    headers = response.headers
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "text/html" and not source.name.lower().endswith((".html", ".htm")):
        raise Unavailable(f"The archive sent a web page instead of {source.name}.")
    if headers.get("Content-Encoding", "identity") != "identity":
        raise Unavailable(f"The archive sent {source.name} in a packing that was not asked for.")
    length = headers.get("Content-Length", "")
    first, total = 0, int(length) if length.isdigit() else None
    if response.status_code == 206:
        first, total = _content_range(headers.get("Content-Range", ""), total)
    return Answer(first, total, headers.get("ETag", ""), headers.get("Last-Modified", ""), response.raw)


def _content_range(text: str, length: int | None) -> tuple[int, int | None]:
    found = _CONTENT_RANGE.match(text)
    if not found:
        return -1, None
    first, last = int(found[1]), int(found[2])
    total = None if found[3] == "*" else int(found[3])
    runs_to_end = total is None or last == total - 1
    return (first, total) if runs_to_end and length in (None, last - first + 1) else (-1, None)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Errors of the libraries below as errors of the archive."""
    try:
        yield
    except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise TimedOut("The archive was silent for too long.") from error
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise Unavailable(f"The connection to the archive broke ({type(error).__name__}).") from error
