"""Owns where a request may go whose address a person or another server named, how long and how large it gets.

A name is looked up once and connected to as it was found, so one that changes its mind between the check and
the connection leads nowhere else; redirects go through the same door. No proxy of the environment is used: it
would look the name up again. Addresses inside the house (loopback, private, link-local, metadata of clouds)
are refused unless OUTGOING_ALLOWED names the host or the network. Imports nothing of ours.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# An IPv6 address of these carries an IPv4 one, which is where a translator delivers it.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
TOTAL_S = 20.0
MOST_BYTES = 1 << 20


class OutgoingRefused(httpx.TransportError):
    """The portal does not send this, or does not read on; the message is one plain sentence."""


class OutgoingUnknown(OutgoingRefused):
    """No such host is known now."""


def check(url: str, also: Collection[str] = ()) -> None:
    """Raises OutgoingRefused unless `url` is an http(s) address that the portal may send to now.

    `also` are hosts, or `host:port`, that are allowed beyond OUTGOING_ALLOWED.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise OutgoingRefused("This is no address of a web server.") from None
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        raise OutgoingRefused("Give an address that begins with https:// or http:// and names a host.")
    if parts.username or parts.password:
        raise OutgoingRefused("An address with a name or a password in it is not taken.")
    addresses_of(host, port or (443 if parts.scheme == "https" else 80), also)


def addresses_of(host: str, port: int, also: Collection[str] = ()) -> list[str]:
    """The addresses that `host` has now, as numbers. Raises OutgoingRefused if it may not be asked."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise OutgoingUnknown(f"The host {_shown(host)} cannot be found.") from None
    numbers = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not _is_named(host, port, (*settings.OUTGOING_ALLOWED, *also)):
        networks = _networks(settings.OUTGOING_ALLOWED)
        for number in numbers:
            address = _delivered_to(ipaddress.ip_address(number.split("%")[0]))
            if not _is_outside(address) and not any(address in network for network in networks):
                raise OutgoingRefused(
                    f"The host {_shown(host)} lies inside this network, where the portal sends nothing "
                    "unless the administrator allows it (OUTGOING_ALLOWED)."
                )
    return numbers


def client(
    *,
    also: Collection[str] = (),
    total_s: float = TOTAL_S,
    most_bytes: int = MOST_BYTES,
    redirects: int = 0,
    headers: dict[str, str] | None = None,
    authorities: str = "",
) -> httpx.Client:
    """A client that connects to checked addresses only; use it as a context manager.

    `authorities` are certificates in PEM that vouch for others, beside the public ones.
    A request takes at most `total_s` from its connection on, an answer at most `most_bytes` with its
    head, and `redirects` are followed at most. All that goes wrong is an httpx.HTTPError, OutgoingRefused
    among them.
    """
    told = {"User-Agent": settings.USER_AGENT, "Accept-Encoding": "identity"}
    return httpx.Client(
        transport=_CheckedTransport(also, total_s, most_bytes, authorities),
        timeout=httpx.Timeout(min(10.0, total_s)),
        follow_redirects=redirects > 0,
        max_redirects=max(1, redirects),
        headers=told | (headers or {}),
        event_hooks={"response": [_refuse_packed]},
        trust_env=False,
    )


def _shown(host: str) -> str:
    """Names come from people and from the archive: no control characters, not pages of text."""
    return "".join(letter if letter.isprintable() else "?" for letter in host[:100])


def _is_named(host: str, port: int, names: Iterable[str]) -> bool:
    wanted = host.lower().rstrip(".")
    spelt = f"[{wanted}]" if ":" in wanted else wanted
    return any(name.lower() in (wanted, spelt, f"{spelt}:{port}") for name in names)


def _networks(names: Iterable[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    networks = []
    for name in names:
        try:
            networks.append(ipaddress.ip_network(name.strip("[]"), strict=False))
        except ValueError:
            continue  # the name of a host
    return networks


def _delivered_to(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_outside(address: Address) -> bool:
    is_special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not is_special


def _refuse_packed(response: httpx.Response) -> None:
    """A packed answer may be a thousand times larger than it came, and none was asked for."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise OutgoingRefused("The answer came compressed, which was not asked for.")


@cache
def trusted(authorities: str = "") -> ssl.SSLContext:
    """Whose certificates are believed; read once, since that takes longer than most requests.

    Raises ValueError where `authorities` are no certificates in PEM.
    """
    context = httpx.create_ssl_context(trust_env=False)
    if authorities:
        try:
            context.load_verify_locations(cadata=authorities)
        except (ssl.SSLError, TypeError) as error:
            raise ValueError("These are no certificates in PEM.") from error
    return context


class _CheckedTransport(httpx.HTTPTransport):
    """httpx's own transport over connections to checked addresses; each serves one request."""

    def __init__(self, also: Collection[str], total_s: float, most_bytes: int, authorities: str) -> None:
        super().__init__(verify=trusted(authorities), trust_env=False)
        # httpx takes no network backend, its connection pool does.
        self._pool = httpcore.ConnectionPool(
            ssl_context=trusted(authorities),
            max_keepalive_connections=0,
            network_backend=_CheckedBackend(also, total_s, most_bytes),
        )


class _CheckedBackend(httpcore.NetworkBackend):
    def __init__(self, also: Collection[str], total_s: float, most_bytes: int) -> None:
        self._also, self._total_s, self._most_bytes = tuple(also), total_s, most_bytes
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        bounds = _Bounds(self._total_s, self._most_bytes)
        failure: Exception = OutgoingRefused(f"The host {_shown(host)} has no address.")
        for number in addresses_of(host, port, self._also):
            try:
                stream = self._network.connect_tcp(
                    number, port, bounds.left_s(timeout), local_address, socket_options
                )
                return _BoundedStream(stream, bounds)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise OutgoingRefused("The portal asks no server of its own machine this way.")

    def sleep(self, seconds: float) -> None:
        self._network.sleep(seconds)


class _Bounds:
    """What is left of one request's time and bytes."""

    def __init__(self, total_s: float, most_bytes: int) -> None:
        self._until, self._left_bytes = time.monotonic() + total_s, most_bytes

    def left_s(
        self, wanted_s: float | None, error: Callable[[str], Exception] = httpcore.ConnectTimeout
    ) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise error("The answer took too long.")
        return left if wanted_s is None else min(left, wanted_s)

    def take(self, size: int) -> None:
        self._left_bytes -= size
        if self._left_bytes < 0:
            raise OutgoingRefused("The answer is larger than the portal reads.")


class _BoundedStream(httpcore.NetworkStream):
    """A connection that ends with its bounds, however slowly or long the other side speaks."""

    def __init__(self, stream: httpcore.NetworkStream, bounds: _Bounds) -> None:
        self._stream, self._bounds = stream, bounds

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        got = self._stream.read(max_bytes, self._bounds.left_s(timeout, httpcore.ReadTimeout))
        self._bounds.take(len(got))
        return got

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._bounds.left_s(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left_s = self._bounds.left_s(timeout)
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, left_s), self._bounds)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
