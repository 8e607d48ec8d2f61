"""Owns how files that a lab has already come into the store: those that are what the archive has, no others.

Only FITS files do, because they say in their header what they are. Callers hand in what was listed.
"""

import os
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import md5, sha256
from itertools import islice
from pathlib import Path
from typing import Protocol

from django.conf import settings

from mastportal.durable import take_name
from mastportal.files import comparing, fetching, room, store
from mastportal.files.comparing import Differs
from mastportal.files.facts import facts_at
from mastportal.files.lease import Lease, LeaseLost
from mastportal.files.models import Access, Origin, StoredFile
from mastportal.files.reflink import reflink
from mastportal.files.room import StoreFull
from mastportal.files.versions import Told, moment
from mastportal.files.walking import Found, walk
from mastportal.mast.connection import Credential
from mastportal.mast.transfer import PARTIAL_SUFFIX, Head

FILES_AT_ONCE = 500
PIECE_BYTES = 1 << 20


class Listed(Protocol):
    """What the archive's lists say of one product."""

    @property
    def uri(self) -> str: ...
    @property
    def programme(self) -> str: ...
    @property
    def release_mjd(self) -> float | None: ...
    @property
    def size_bytes(self) -> int | None: ...


Lists = Callable[[Sequence[str]], Mapping[str, Sequence[Listed]]]
# What keyword rows say of those of these dataURIs that they tell of.
Tells = Callable[[Sequence[str]], Mapping[str, Told]]


class Outcome(StrEnum):
    """What became of a file that was found."""

    ENTERED = "entered"
    ALREADY = "already here"
    LEFT = "left out"


@dataclass(frozen=True, slots=True)
class Adoption:
    """One file of the folder; `why` says why it was left out."""

    path: Path
    size_bytes: int
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class Manner:
    """How files enter: linked to where they lie, else copied (shared where the file system can).

    `credential` opens exclusive files to be compared; `group_id` is whose share of the store they take.
    """

    linked: bool = False
    credential: Credential | None = None
    group_id: int | None = None


def adopt(folder: Path, lists: Lists, tells: Tells, manner: Manner) -> Iterator[Adoption]:
    """Take in the files under `folder` that are the archive's, and say of each other one why it is not.

    They are restricted until the archive gives them to nobody in particular. Raises ValueError for a
    folder in the store, or none.
    """
    root, own = folder.resolve(), Path(settings.STORE_DIR).resolve()
    if not root.is_dir():
        raise ValueError(f"There is no folder {folder}.")
    if root.is_relative_to(own):
        raise ValueError(f"{folder} belongs to the store itself.")
    coming = walk(root, apart=own)
    while found := list(islice(coming, FILES_AT_ONCE)):
        yield from _adopt_some(found, lists, tells, manner)


def _adopt_some(found: list[Found], lists: Lists, tells: Tells, manner: Manner) -> Iterator[Adoption]:
    names = sorted({each.path.name for each in found if not each.why and _is_fits(each.path.name)})
    listed = lists(names)
    uris = [one.uri for those in listed.values() for one in those]
    here, told = fetching.held(uris), tells(uris)
    for each in found:
        try:
            product = _product_of(each, listed.get(each.path.name, ()))
            outcome = Outcome.ALREADY if product.uri in here else Outcome.ENTERED
            if outcome == Outcome.ENTERED:
                here[product.uri] = _take(each.path, product, told.get(product.uri), manner)
            yield Adoption(each.path, each.size_bytes, outcome)
        except (Differs, StoreFull) as error:
            yield Adoption(each.path, each.size_bytes, Outcome.LEFT, str(error))
        except OSError as error:
            why = f"it cannot be read ({error.strerror})"
            yield Adoption(each.path, each.size_bytes, Outcome.LEFT, why)


def _is_fits(name: str) -> bool:
    return name.lower().endswith(".fits")


def _product_of(found: Found, listed: Sequence[Listed]) -> Listed:
    """The one product that a file can be by its name and length. Raises Differs."""
    if found.why:
        raise Differs(found.why)
    if not _is_fits(found.path.name):
        raise Differs("only FITS files say in their header what they are")
    if not listed:
        raise Differs("no product list or keyword row asked for so far names it")
    if len(listed) > 1:
        raise Differs("the archive has several products of this name")
    if listed[0].size_bytes not in (None, found.size_bytes):
        raise Differs(f"it has {found.size_bytes} bytes, and the archive lists {listed[0].size_bytes}")
    return listed[0]


def _take(path: Path, product: Listed, told: Told | None, manner: Manner) -> StoredFile:
    """Raises Differs, StoreFull, OSError."""
    comparing.check_own_words(path, path.name)
    head = comparing.check_with_archive(path, product.uri, manner.credential)
    row = fetching.row_for(product.uri, product.programme, product.release_mjd)
    lease = Lease.claim(row.pk)
    if lease is None:
        raise Differs("it is just being fetched")
    StoredFile.objects.filter(pk=row.pk, group=None).update(group=manner.group_id)
    try:
        with lease.held():
            _bring(path, product, told, manner, lease, head)
    except LeaseLost:
        store.remove(lease.key)
        raise Differs("somebody else has begun to fetch it") from None
    except (Differs, StoreFull, OSError) as error:
        lease.fail(str(error))
        raise
    return StoredFile.objects.get(pk=row.pk)


def _bring(path: Path, product: Listed, told: Told | None, manner: Manner, lease: Lease, head: Head) -> None:
    place = store.place(lease.key)
    aside = place.with_name(f"{place.name}.adopted{PARTIAL_SUFFIX}")
    try:
        if manner.linked:
            aside.symlink_to(path)
        else:
            room.reserve(lease.pk, path.stat().st_size)
            _copy(path, aside)
        facts = _facts_of(aside, product, told)
        take_name(aside, place)
    finally:
        aside.unlink(missing_ok=True)
    known = store.facts_of(lease.key)
    if known != facts.pop("seen"):
        store.remove(lease.key)
        raise Differs("it changed while it was looked at")
    announced = {"etag": head.etag, "last_modified": moment(head.last_modified)}
    as_adopted = {"access": Access.RESTRICTED, "origin": Origin.ADOPTED, "linked": manner.linked}
    lease.finish(**known, **facts, **announced, **as_adopted)


def _copy(path: Path, to: Path) -> None:
    """Share the blocks where the file system can, else copy them."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as source, to.open("xb") as copy:
        if not reflink(source.fileno(), copy.fileno()):
            shutil.copyfileobj(source, copy, PIECE_BYTES)


def _facts_of(path: Path, product: Listed, told: Told | None) -> dict[str, object]:
    """What the row keeps of a file that was found to be whole, and how it was `seen`. Raises Differs."""
    digest, archives, crc32, seen = sha256(), md5(usedforsecurity=False), 0, store.seen_as(path)
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
            archives.update(piece)
            crc32 = zlib.crc32(piece, crc32)
    comparing.check_own_words(path, product.uri.rsplit("/", 1)[-1])
    comparing.check_whole(path)
    is_the_archives = told is not None and archives.hexdigest() == told.md5
    if told is not None and told.md5 and not is_the_archives and told.is_of(path, "a.fits"):
        raise Differs("it has another checksum than a keyword row of the archive tells")
    own = facts_at(path, "a.fits")
    return {
        "seen": seen,
        "sha256": digest.hexdigest(),
        "archive_md5": archives.hexdigest() if is_the_archives else "",
        "crc32": crc32,
        "received_bytes": seen["size_bytes"],
        "header_date": own.date[:40],
        "cal_ver": own.cal_ver,
        "crds_ctx": own.crds_ctx,
    }
