"""Where a product's bytes are asked for, and where a redirect may lead from there. Opens no connection."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from mastportal.mast.connection import Archive
from mastportal.mast.errors import NotFound
from mastportal.mast.traffic import Exchange, Kind

DOWNLOAD_PATH = "/api/v0.1/Download/file"


class Remote(NotFound):
    """The file lies at a partner site that the administrator did not allow; it stays a link."""


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

    def exchange(self, kind: Kind, beat: Callable[[], None]) -> AbstractContextManager[Exchange]:
        """One request to the source's host, let through by the archive's gate."""
        archive, host = self.archive, urlsplit(self.url).netloc
        return archive.gate.exchange(host, kind, self.data_uri, patience_s=archive.stall_s, beat=beat)

    def may_go_to(self, url: str) -> bool:
        """The archive may send us on to where it keeps its files; a partner site only to allowed hosts."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or (
            self.url.startswith("https:") and parts.scheme == "http"
        ):
            return False
        return self.archive.owns(self.url) or (parts.hostname or "") in self.hosts


def source_of(archive: Archive, data_uri: str, allowed_hosts: Collection[str] = ()) -> Source:
    """`mast:` URIs are asked of the archive, `http(s):` ones of their own host where it is allowed.

    Raises Remote for a host that is not, NotFound for any other URI.
    """
    hosts = frozenset(allowed_hosts)
    if data_uri.startswith("mast:"):
        query = quote(data_uri, safe=":/")
        return Source(data_uri, archive.url(f"{DOWNLOAD_PATH}?uri={query}"), archive, hosts)
    try:
        host = urlsplit(data_uri).hostname
    except ValueError:
        host = None
    if not data_uri.startswith(("http://", "https://")) or not host:
        raise NotFound(f"{data_uri} is no address the archive gives files for; those begin with mast:.")
    if host not in hosts:
        raise Remote(f"The file lies at {host}, a partner site; the portal keeps a link to it, not the file.")
    return Source(data_uri, data_uri, archive, hosts)
