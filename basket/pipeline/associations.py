"""Owns how an association file is read, whatever is in it, and which is the newest of several generations.

Pure: bytes in, dataclasses out. An association comes from outside: its size, depth, names and numbers are
bounded, and what is wrong with it is one sentence. Form: the association pages of the JWST pipeline.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mastportal.tables.columns import quoted

MOST_BYTES = 16_000_000
MOST_MEMBERS = 50_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,199}")
_FILE = re.compile(
    r"jw(?P<program>\d{5})-(?P<candidate>[aoc]\d{3,4})_(?P<made>\d{8}t\d{6})_(?P<type>[a-z0-9-]+)_\d+_asn\.json$"
)
_SHOWN = 3


class BadAssociation(Exception):
    """Why a file is no association that can be followed, as one sentence."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file that an association joins: what it is called, and as what it is joined."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Association:
    """One association file; `level` is 2 or 3, `made` when it was, as its name has it.

    `products` are what it makes. `strange` counts members that have no name a file could have.
    """

    name: str
    kind: str
    level: int
    candidate: str
    made: str
    products: frozenset[str]
    members: tuple[Member, ...]
    strange: int = 0

    @property
    def makes(self) -> frozenset[tuple[str, str, str]]:
        """What it makes by which rule of which candidate: what a newer generation makes again."""
        return frozenset((self.kind, self.candidate, product) for product in self.products)

    @property
    def order(self) -> tuple[str, str]:
        return self.made, self.name


def level_of(name: str) -> int | None:
    """2 or 3 by the type in an association file's name; None for any other name."""
    found = _FILE.fullmatch(name)
    return int(found["type"][-1]) if found and found["type"][-1] in "23" else None


def read(name: str, content: bytes) -> Association:
    """An association of its file's name and bytes. Raises BadAssociation."""
    found, level = _FILE.fullmatch(name), level_of(name)
    if found is None or level is None:
        raise BadAssociation("its name is not that of an association of level 2 or 3")
    if len(content) > MOST_BYTES:
        raise BadAssociation(f"it is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadAssociation("it is not JSON") from error
    products = told.get("products") if isinstance(told, dict) else None
    if not isinstance(products, list) or not products:
        raise BadAssociation("it names no products")
    names, listed = _contents(products)
    members = dict.fromkeys(member for member in map(_member, listed) if member)
    strange = sum(_member(each) is None for each in listed)
    return Association(
        name, found["type"], level, found["candidate"], found["made"], names, tuple(members), strange
    )


def _contents(products: list[Any]) -> tuple[frozenset[str], list[Any]]:
    """The names of the products, and all their members together. Raises BadAssociation."""
    names: set[str] = set()
    listed: list[Any] = []
    for product in products:
        members = product.get("members") if isinstance(product, dict) else None
        if not isinstance(members, list):
            raise BadAssociation("one of its products has no list of members")
        names.add(str(product.get("name"))[:200])
        listed += members
        if len(listed) > MOST_MEMBERS:
            raise BadAssociation(f"it names more than {MOST_MEMBERS:,} members")
    return frozenset(names), listed


def usable(name: str) -> bool:
    """Whether a file of the archive could be called so: no path, no address, nothing that cannot be seen."""
    return _NAME.fullmatch(name) is not None


def _member(told: Any) -> Member | None:
    """None for what names no file: a path, a number, a text that no file of the archive is called."""
    name = told.get("expname") if isinstance(told, dict) else None
    if not isinstance(name, str) or not usable(name):
        return None
    role = told.get("exptype")
    return Member(name, role[:40] if isinstance(role, str) and _NAME.fullmatch(role[:40]) else "science")


def newest(associations: Iterable[Association]) -> tuple[list[Association], list[Association]]:
    """Those of which something is not made anew by a newer one, and the others; both by name.

    A newer file name alone makes nothing old: another exposure's association is another association.
    """
    kept: list[Association] = []
    superseded: list[Association] = []
    made: set[tuple[str, str, str]] = set()
    for each in sorted(associations, key=lambda each: each.order, reverse=True):
        (superseded if each.makes <= made else kept).append(each)
        made |= each.makes
    return sorted(kept, key=lambda each: each.name), sorted(superseded, key=lambda each: each.name)


def named(names: Iterable[str]) -> str:
    """The first few names in words, and how many more there are."""
    all_names = list(names)
    more = f" and {len(all_names) - _SHOWN} more" if len(all_names) > _SHOWN else ""
    return ", ".join(quoted(name) for name in all_names[:_SHOWN]) + more
