"""One requests adapter for all questions: bounded, paced, and to one archive only. Imports no astroquery.

Whatever goes wrong under it is raised as this package's own errors.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from mastportal.mast.connection import Archive, Credential, is_unreachable
from mastportal.mast.errors import TimedOut, Unavailable, Unreachable
from mastportal.mast.traffic import Exchange, Kind

POLL_GROWTH = 1.6
LONGEST_PAUSE_S = 10.0
BEAT_EVERY_S = 1.0
_PIECE_BYTES = 256 * 1024


class ReadAnswer(requests.Response):
    """An answer whose JSON is parsed once, though astroquery and we both look at it; pages are tens of MB."""

    _parsed: Any = None

    def json(self, **kwargs: Any) -> Any:
        if self._parsed is None:
            self._parsed = super().json(**kwargs)
        return self._parsed


class ArchiveAdapter(HTTPAdapter):
    """Sends to `archive` only, redirects included; the token goes nowhere else and into no log.

    The same POST sent again is a repeat while the archive says EXECUTING: repeats are spaced by growing
    pauses and end after `question_timeout_s`, which also bounds an answer that trickles in. `heartbeat` is
    called at most once a second while anything is waited for.
    """

    def __init__(
        self,
        archive: Archive,
        credential: Credential | None = None,
        heartbeat: Callable[[], None] | None = None,
    ) -> None:
        self.last_date: datetime | None = None
        self._archive = archive
        self._credential = credential
        self._heartbeat = heartbeat
        self._beat_at = 0.0
        self._question: tuple[str | None, Any] = (None, None)
        self._asked_at = 0.0
        self._pause_s = archive.poll_s
        super().__init__()

    def send(self, request: requests.PreparedRequest, *_args: Any, **kwargs: Any) -> requests.Response:
        if not self._archive.owns(request.url or ""):
            raise Unavailable(
                "The archive sent us on to another host, which is not asked; is a login page in the way?"
            )
        self._pace(request)
        kwargs |= {"timeout": (self._archive.connect_timeout_s, self._archive.stall_s), "stream": True}
        with self._exchange(request) as exchange:
            response = self._sent(self._dressed(request), kwargs)
            response.request = request
            self._note_date(response)
            if _is_sound(response):
                exchange.answered()
            self._read(response)
            if not _is_sound(response):
                exchange.failed()
        answer = ReadAnswer()
        vars(answer).update(vars(response))
        return answer

    def _exchange(self, request: requests.PreparedRequest) -> AbstractContextManager[Exchange]:
        """One request, let through by the archive's gate; nothing is held between repeats."""
        archive, subject = self._archive, f"{request.url} {request.body!r}"
        return archive.gate.exchange(
            self._host, Kind.QUESTION, subject, patience_s=archive.question_timeout_s, beat=self._beat
        )

    def _sent(self, request: requests.PreparedRequest, kwargs: dict[str, Any]) -> requests.Response:
        kwargs.pop("proxies", None)
        try:
            return super().send(request, **kwargs)
        except requests.ReadTimeout as error:
            raise self._silent() from error
        except requests.RequestException as error:
            kind = Unreachable if is_unreachable(error) else Unavailable
            raise kind(f"The archive at {self._host} cannot be reached.") from error

    @property
    def _host(self) -> str:
        return self._archive.origin[1]

    def _silent(self) -> TimedOut:
        return TimedOut(f"The archive at {self._host} was silent for {self._archive.stall_s:g} s.")

    def _overdue(self) -> TimedOut:
        limit_s = self._archive.question_timeout_s
        return TimedOut(f"The archive did not finish the answer within {limit_s:g} s; ask for less at once.")

    def _dressed(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        dressed = request.copy()
        dressed.headers["User-Agent"] = self._archive.user_agent
        if self._credential is not None:
            dressed.headers["Authorization"] = f"token {self._credential._reveal()}"
        return dressed

    def _pace(self, request: requests.PreparedRequest) -> None:
        question = (request.url, request.body)
        if request.method != "POST" or question != self._question:
            self._question = question
            self._asked_at = time.monotonic()
            self._pause_s = self._archive.poll_s
            return
        if time.monotonic() + self._pause_s - self._asked_at > self._archive.question_timeout_s:
            raise self._overdue()
        self._wait(self._pause_s)
        self._pause_s = min(self._pause_s * POLL_GROWTH, max(LONGEST_PAUSE_S, self._archive.poll_s))

    def _wait(self, pause_s: float) -> None:
        until = time.monotonic() + pause_s
        while (left_s := until - time.monotonic()) > 0:
            self._beat()
            time.sleep(min(left_s, BEAT_EVERY_S))

    def _beat(self) -> None:
        now = time.monotonic()
        if self._heartbeat is not None and now - self._beat_at >= BEAT_EVERY_S:
            self._beat_at = now
            self._heartbeat()

    def _read(self, response: requests.Response) -> None:
        """Reads the whole body here, where its time can be bounded."""
        pieces: list[bytes] = []
        try:
            while piece := response.raw.read1(_PIECE_BYTES, decode_content=True):
                pieces.append(piece)
                self._beat()
                if time.monotonic() - self._asked_at > self._archive.question_timeout_s:
                    raise self._overdue()
        except urllib3.exceptions.ReadTimeoutError as error:
            raise self._silent() from error
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable("The archive's answer broke off before its end.") from error
        finally:
            response.raw.release_conn()
        response._content = b"".join(pieces)
        response._content_consumed = True  # type: ignore[attr-defined]

    def _note_date(self, response: requests.Response) -> None:
        try:
            self.last_date = parsedate_to_datetime(response.headers.get("Date", ""))
        except ValueError:
            self.last_date = None


def _is_sound(response: requests.Response) -> bool:
    """Whether the host does its work, be the answer what it may: not an error of its own, nor a web page."""
    page = response.headers.get("Content-Type", "").lower().startswith("text/html")
    return not page and response.status_code < 500 and response.status_code != 429


def mount(session: requests.Session, adapter: ArchiveAdapter) -> requests.Session:
    """Makes the adapter the session's only way out; environment, netrc and debug hooks are left outside."""
    session.adapters.clear()
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.hooks["response"] = []
    session.trust_env = False
    return session
