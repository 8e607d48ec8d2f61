"""Owns one request for bytes: its session, who sees the token, redirects. No astroquery, no Django."""

import functools
import os
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin

import requests

from mastportal.mast.byte_answer import Answer, answer_of, archive_error, plain_errors, whole_bytes
from mastportal.mast.byte_source import Source
from mastportal.mast.connection import Archive, Credential
from mastportal.mast.errors import Unavailable
from mastportal.mast.reaching import Addresses, ReachingAdapter
from mastportal.mast.traffic import Kind, nobody_waits

REDIRECTS = 5


@contextmanager
def get(
    source: Source, credential: Credential | None, headers: Mapping[str, str], beat: Callable[[], None]
) -> Iterator[Answer]:
    """GET with redirects followed; an answer other than 200 and 206 raises what `archive_error` says.

    Holds one of the connections for bytes meanwhile; `beat` is called while that is waited for.
    """
    with (
        source.exchange(Kind.BYTES, beat) as exchange,
        _sent("GET", source, credential, headers) as response,
    ):
        if response.status_code not in (200, 206):
            raise archive_error(response, source)
        answer = answer_of(response, source)
        exchange.answered()
        yield answer


@dataclass(frozen=True, slots=True)
class Head:
    """What the archive says of a file without sending it; empty or None where it says nothing."""

    status: int
    size_bytes: int | None = None
    etag: str = ""
    last_modified: str = ""

    @property
    def found(self) -> bool:
        """Whether the file would be given."""
        return self.status in (200, 206)


def head(source: Source, credential: Credential | None) -> Head:
    """The answer to a HEAD, or to a GET of one byte where the server does not know HEAD.

    Raises Unavailable where the status says that the archive is out of order.
    """
    with source.exchange(Kind.CHECK, nobody_waits):
        with _sent("HEAD", source, credential, {}) as response:
            if response.status_code not in (405, 501):
                return _sound_head(response, source)
        with _sent("GET", source, credential, {"Range": "bytes=0-0"}) as response:
            return _sound_head(response, source)


def _sound_head(response: requests.Response, source: Source) -> Head:
    status = response.status_code
    if status >= 500 or status in (408, 429):
        raise archive_error(response, source)
    if status not in (200, 206):
        return Head(status)
    answer = answer_of(response, source)
    size_bytes = answer.total_bytes if status == 200 else whole_bytes(response)
    return Head(status, size_bytes, answer.etag, answer.last_modified)


class _Session(requests.Session):
    """Leaves redirects to `_follow`: requests would read their bodies whole, even where it follows none."""

    def resolve_redirects(self, *_: Any, **__: Any) -> Generator[requests.Response, None, None]:
        yield from ()


@functools.lru_cache(maxsize=4)
def _anonymous_session(process: int, addresses: Addresses) -> requests.Session:
    """Kept between files for its open connections; carries no token and takes no cookie."""
    return _session(_nobody, addresses)


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


def _session(
    auth: Callable[[requests.PreparedRequest], requests.PreparedRequest], addresses: Addresses
) -> requests.Session:
    session = _Session()
    session.auth = auth
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, ReachingAdapter(addresses, pool_maxsize=32))
    return session


@contextmanager
def _sent(
    method: str, source: Source, credential: Credential | None, headers: Mapping[str, str]
) -> Iterator[requests.Response]:
    addresses = source.archive.addresses
    if credential is None:
        session = _anonymous_session(os.getpid(), addresses)
    else:
        session = _session(_Token(source.archive, credential), addresses)
    try:
        with plain_errors():
            response = _follow(session, method, source, headers)
        with response:
            yield response
    finally:
        if credential is not None:
            session.close()


def _followed(source: Source, url: str, location: str) -> str:
    """Where a redirect leads from `url`; empty where it may not be followed, or leads nowhere."""
    try:
        there = urljoin(url, location)
        return there if source.may_go_to(there) else ""
    except ValueError:
        return ""


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
        if not (followed := _followed(source, url, response.headers["Location"])):
            raise Unavailable(f"The archive sent us elsewhere for {source.name}, where we do not follow.")
        url = followed
    raise Unavailable(f"The archive sent us round in circles for {source.name}.")
