"""Every place where a running portal may keep a secret, and how a secret may be spelled there."""

import base64
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql
from redis import Redis

from tests.bench.portal import Portal

PAGES = [
    "/", "/account/", "/account/audit/", "/account/sessions/", "/notifications/", "/calendar/", "/groups/",
    "/baskets/", "/bundles/", "/results/", "/subscriptions/", "/saved/", "/notifications/channels/",
]  # fmt: skip


@dataclass
class Seen:
    """What was said to Valkey meanwhile, and the secrets to look for.

    `marks` are no secrets, and must be found in a place that begins as told.
    """

    commands: list[bytes] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)


def stored(running: Portal, environment: dict[str, str], seen: Seen) -> Iterator[tuple[str, bytes]]:
    """Every place, by its name, with what is in it."""
    with psycopg.connect(environment["DATABASE_URL"]) as database:
        for (table,) in database.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall():
            for (row,) in database.execute(
                sql.SQL("SELECT kept::text FROM {} kept").format(sql.Identifier(table))
            ):
                yield f"table {table}", row.encode()
    for number in (0, 1):
        with Redis.from_url(f"{environment['VALKEY_URL']}/{number}") as valkey:
            for name in valkey.scan_iter():
                yield f"Valkey {number} {name!r}", name + value_of(valkey, name)
    for command in seen.commands:
        yield "a command to Valkey", command
    for path in running.folder.rglob("*"):
        if path.is_file() and path.name not in {"demo.json"}:
            with suppress(OSError):
                yield str(path.relative_to(running.folder)), path.read_bytes()
    with closing(running.browser()) as browser:
        for page in PAGES:
            yield f"page {page}", browser.get(page).content


def value_of(valkey: Any, name: bytes) -> bytes:
    """What a key of Valkey holds, whatever its type."""
    match valkey.type(name):
        case b"string":
            return valkey.get(name) or b""
        case b"list":
            return b"\n".join(valkey.lrange(name, 0, -1))
        case b"hash":
            return b"\n".join(part for pair in valkey.hgetall(name).items() for part in pair)
        case b"set":
            return b"\n".join(valkey.smembers(name))
        case b"zset":
            return b"\n".join(valkey.zrange(name, 0, -1))
        case _:
            return b""


def spellings(secret: str) -> list[bytes]:
    """The ways in which a text may stand somewhere: plain, in an address, as bytes of a row, in base64
    wherever it begins."""
    raw = secret.encode()
    found = [raw, quote(secret, safe="").encode(), raw.hex().encode()]  # a row as text has its bytes so
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw)
        found.append(whole[4 if shift else 0 : -4])  # without the ends, which neighbours change
    return found
