"""Owns which data URIs the archive itself has named, and what it said of them. Only these are ever fetched.

Filled from product lists and keyword rows; imports no archive client.
"""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from mastportal.search import keyword_facts
from mastportal.search.keep import server_cursor
from mastportal.search.keyword_facts import key_of
from mastportal.search.models import ListedUri

# Where each fact is found, in a product row and in a keyword row.
_SOURCES = {
    "uri": ("dataURI",),
    "mission": ("obs_collection",),
    "obs_id": ("obs_id",),
    "programme": ("proposal_id", "program"),
    "rights": ("dataRights",),
    "release_mjd": ("publicReleaseDate_mjd",),
    "size_bytes": ("size", "fileSize"),
}
_TEXT = ("mission", "obs_id", "programme", "rights")
_ROWS_AT_ONCE = 50_000

__all__ = ["Listing", "is_listed", "key_of", "listing", "note"]


@dataclass(frozen=True, slots=True)
class Listing:
    """What the archive said of one file; empty or None where it said nothing."""

    uri: str
    mission: str
    obs_id: str
    programme: str
    rights: str
    release_mjd: float | None
    size_bytes: int | None


def listing(uri: str) -> Listing | None:
    """What was listed under this very URI; None when the archive never named it."""
    row = ListedUri.objects.filter(key=key_of(uri), uri=uri).values(*_SOURCES).first()
    return Listing(**row) if row else None


def is_listed(uri: str) -> bool:
    """Whether the archive has named this very URI."""
    return ListedUri.objects.filter(key=key_of(uri), uri=uri).exists()


def _columns(table: pa.Table) -> dict[str, list[Any]]:
    """The facts as lists; what the table does not have is None throughout."""
    found = {
        fact: next((n for n in names if n in table.column_names), None) for fact, names in _SOURCES.items()
    }
    nothing = [None] * table.num_rows
    return {fact: table[name].to_pylist() if name else nothing for fact, name in found.items()}


def _mission_of(uri: str) -> str:
    """`mast:JWST/product/…` is of JWST; keyword rows do not say."""
    return uri.split(":", 1)[-1].split("/", 1)[0] if uri.startswith("mast:") else ""


def note(table: pa.Table) -> None:
    """Remember the URIs of a product list or of keyword rows; what is said anew replaces the old."""
    if "dataURI" not in table.column_names:
        return
    names = {name for names in _SOURCES.values() for name in names}
    slim = table.select([name for name in table.column_names if name in names])
    for start in range(0, slim.num_rows, _ROWS_AT_ONCE):
        _note(_columns(slim.slice(start, _ROWS_AT_ONCE)))
        keyword_facts.note(table.slice(start, _ROWS_AT_ONCE))


def _note(columns: dict[str, list[Any]]) -> None:
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    named = {key_of(row["uri"]): row for row in reversed(rows) if row["uri"]}
    # In the order of the key, so that two who note the same URIs wait for each other and never lock up.
    keys = sorted(named)
    uris = [named[key]["uri"] for key in keys]
    texts = [[str(named[key][name] or "") for key in keys] for name in _TEXT]
    texts[0] = [told or _mission_of(uri) for told, uri in zip(texts[0], uris, strict=True)]
    numbers = [[named[key][name] for key in keys] for name in ("release_mjd", "size_bytes")]
    with server_cursor() as cursor:
        cursor.execute(_MERGE, [keys, uris, *texts, *numbers], prepare=False)


_MERGE = """
INSERT INTO search_listeduri AS old (key, uri, mission, obs_id, programme, rights, release_mjd, size_bytes)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                     %s::float8[], %s::int8[])
ON CONFLICT (key) DO UPDATE SET
    rights = coalesce(nullif(excluded.rights, ''), old.rights),
    release_mjd = coalesce(excluded.release_mjd, old.release_mjd),
    size_bytes = coalesce(excluded.size_bytes, old.size_bytes)
WHERE (coalesce(nullif(excluded.rights, ''), old.rights), coalesce(excluded.release_mjd, old.release_mjd),
       coalesce(excluded.size_bytes, old.size_bytes))
    IS DISTINCT FROM (old.rights, old.release_mjd, old.size_bytes)
"""
