"""Owns the one pool of connections to Valkey that all threads of a process share; imports nothing of ours.

Django keeps a cache client a thread, and each would open a pool of its own, left to the garbage collector
when the thread ends.
"""

from functools import cache
from typing import Any, Self

from redis import ConnectionPool, Redis
from redis.connection import DefaultParser


class OnePool(ConnectionPool):
    """A pool that is made once a process for each address."""

    @classmethod
    @cache
    def from_url(cls, url: str, **kwargs: Any) -> Self:
        """The process's pool for this address."""
        return super().from_url(url, **kwargs)


def client(url: str) -> Redis:
    """A client of the pool that Django's cache at this address uses: it asks with the same words."""
    return Redis(connection_pool=OnePool.from_url(url, parser_class=DefaultParser))
