"""Owns what keyword rows said last of each file: checksum, length, CAL_VER, CRDS_CTX. Asks nobody."""

import re
import uuid
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any, TypedDict

import pyarrow as pa

from mastportal.search.keep import server_cursor
from mastportal.search.models import KeywordFacts

URIS_AT_ONCE = 5000
LONGEST = 60
_COLUMNS = ("checksum", "fileSize", "cal_ver", "crds_ctx")
_MD5 = re.compile(r"[0-9a-f]{32}")


class VersionFacts(TypedDict):
    """What a keyword row says of a file's version, empty or None where it says nothing, and since when."""

    md5: str
    size_bytes: int | None
    cal_ver: str
    crds_ctx: str
    at: datetime


def key_of(uri: str) -> uuid.UUID:
    """The key of a URI's row."""
    return uuid.UUID(bytes=sha256(uri.encode()).digest()[:16])


def facts_of(uris: Iterable[str]) -> dict[str, VersionFacts]:
    """The newest facts of those of these URIs that a keyword row has told of."""
    keys = {key_of(uri): uri for uri in uris}
    wanted, found = list(keys), {}
    for at in range(0, len(wanted), URIS_AT_ONCE):
        rows = KeywordFacts.objects.filter(key__in=wanted[at : at + URIS_AT_ONCE])
        for key, *values in rows.values_list("key", *VersionFacts.__annotations__):
            found[keys[key]] = VersionFacts(**dict(zip(VersionFacts.__annotations__, values, strict=True)))  # type: ignore[typeddict-item]
    return found


def note(table: pa.Table) -> None:
    """Remember what these rows say, if they are keyword rows."""
    if "dataURI" not in table.column_names or not set(_COLUMNS) <= set(table.column_names):
        return
    columns = [table[name].to_pylist() for name in ("dataURI", *_COLUMNS)]
    rows = {
        key_of(uri): (_md5(checksum), size_bytes, _text(cal_ver), _text(crds_ctx))
        for uri, checksum, size_bytes, cal_ver, crds_ctx in zip(*columns, strict=True)
        if uri
    }
    # In the order of the key, so that two who note the same URIs wait for each other and never lock up.
    keys = sorted(rows)
    lists = [list(values) for values in zip(*(rows[key] for key in keys), strict=True)]
    if keys:
        with server_cursor() as cursor:
            cursor.execute(_MERGE, [keys, *lists], prepare=False)


def _md5(text: Any) -> str:
    told = str(text or "").strip().lower()
    return told if _MD5.fullmatch(told) else ""


def _text(value: Any) -> str:
    told = str(value or "")
    return "".join(letter for letter in told[: 2 * LONGEST] if letter.isprintable()).strip()[:LONGEST]


# What is said again is written again only after a while: an answer may have 100,000 rows.
_MERGE = """
INSERT INTO search_keywordfacts AS old (key, md5, size_bytes, cal_ver, crds_ctx, at)
SELECT *, now() FROM unnest(%s::uuid[], %s::text[], %s::int8[], %s::text[], %s::text[])
ON CONFLICT (key) DO UPDATE SET
    md5 = excluded.md5, size_bytes = excluded.size_bytes, cal_ver = excluded.cal_ver,
    crds_ctx = excluded.crds_ctx, at = excluded.at
WHERE (excluded.md5, excluded.size_bytes, excluded.cal_ver, excluded.crds_ctx)
    IS DISTINCT FROM (old.md5, old.size_bytes, old.cal_ver, old.crds_ctx)
    OR old.at < now() - interval '10 minutes'
"""
