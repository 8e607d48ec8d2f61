"""Connects only where a host was found to be and may be asked. No Django, no astroquery.

What is checked is what is connected to: the name is looked up once. Where the environment names a proxy, that
looks the name up and connects, and nothing is checked here.
"""

from collections.abc import Callable
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

# The addresses, as numbers, of a host and port. Raises the error that the request shall end with.
Addresses = Callable[[str, int], list[str]]


def by_name(host: str, port: int) -> list[str]:
    """Whatever the system finds when it connects: every host may be asked."""
    return [host]


class ReachingAdapter(HTTPAdapter):
    """An adapter of `requests` whose connections go where `addresses` says."""

    def __init__(self, addresses: Addresses, **kwargs: Any) -> None:
        self._addresses = addresses
        super().__init__(**kwargs)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = _pools(self._addresses)


def _pools(addresses: Addresses) -> dict[str, type[HTTPConnectionPool]]:
    class Reaching(HTTPConnection):
        def _new_conn(self) -> Any:
            named, failure = self._dns_host, None
            try:
                for number in addresses(named, self.port):
                    self._dns_host = number
                    try:
                        return super()._new_conn()
                    except (NewConnectionError, ConnectTimeoutError) as error:
                        failure = error
            finally:
                self._dns_host = named
            raise failure or NewConnectionError(self, f"{named} has no address")

    class ReachingTls(Reaching, HTTPSConnection):
        """The same below TLS, whose certificate is still compared with the name."""

    class Pool(HTTPConnectionPool):
        ConnectionCls = Reaching

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = ReachingTls

    return {"http": Pool, "https": TlsPool}
