"""Where the archive is and who asks it; a clear token never leaves this package. No astroquery, no Django."""

from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import urlsplit

import requests
import urllib3

from mastportal.mast.reaching import Addresses, by_name
from mastportal.mast.traffic import Gate, OpenGate


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive and our manners towards it.

    `stall_s` bounds the silence between two bytes, `question_timeout_s` one question with all its
    repeats while EXECUTING, `poll_s` the first pause between repeats (it grows); a transfer's is a fifth
    of it. Every request goes through `gate`, and one for bytes, which may lead to other hosts, connects to
    `addresses`.
    """

    base_url: str
    user_agent: str
    connect_timeout_s: float = 10
    stall_s: float = 60
    question_timeout_s: float = 600
    poll_s: float = 1.0
    gate: Gate = field(default=OpenGate(), compare=False, repr=False)
    addresses: Addresses = field(default=by_name, compare=False, repr=False)

    @property
    def origin(self) -> tuple[str, str]:
        """Scheme and network location: the only ones a question or a token is ever sent to."""
        parts = urlsplit(self.base_url)
        return parts.scheme, parts.netloc

    def url(self, path: str) -> str:
        return self.base_url.rstrip("/") + path

    def owns(self, url: str) -> bool:
        """Whether a request to `url` stays with this archive."""
        parts = urlsplit(url)
        return (parts.scheme, parts.netloc) == self.origin


def is_unreachable(error: requests.RequestException) -> bool:
    """Whether no connection came about: refused, no such host, silence, no trust in its certificate."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    never = (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)
    return isinstance(error, never) or isinstance(reason, urllib3.exceptions.NewConnectionError)


class Credential:
    """A MAST token that cannot be seen by accident: not in a log, a repr, a pickle or an error page."""

    __slots__ = ("__secret",)

    def __init__(self, secret: str) -> None:
        self.__secret = secret

    def _reveal(self) -> str:
        return self.__secret

    def __repr__(self) -> str:
        return "Credential(…)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("A credential stays in the process that opened it.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Credential) and other._reveal() == self.__secret

    __hash__ = None  # type: ignore[assignment]
