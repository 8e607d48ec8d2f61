"""Owns what is said before a bundle is asked for: what comes, what is here, what needs whose token, how long.

Asks the archive, in a hurry, only whether a person's token opens a programme, and only where nobody knows.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple, cast

import numpy as np
from django.contrib.auth.models import User
from django.core.cache import cache

from accounts.access import Person, id_of
from accounts.models import ArchiveToken, TokenState
from basket.arrays import as_mask, compute
from basket.contents import Contents
from basket.freezing import is_remote
from basket.harvest import Harvest, harvest_of, products_of
from basket.lines import contents_of
from basket.models import Basket
from basket.pace import Pace, Span, pace_of
from basket.selection import Wanted
from basket.sums import here_of, wanted_of
from mastportal.files import entitlement, right_checks, room
from mastportal.files.models import Access, Origin, StoredFile, scope_of
from mastportal.files.right_checks import Said
from mastportal.files.room import Left
from mastportal.mast.errors import ArchiveError
from mastportal.work import Phase

MEASURED_FILES = 100
MEASURED_BYTES = 1_000_000
# A refusal is asked about again after so long; a right is remembered by `files.entitlement`.
REFUSAL_S = 300
MOST_PROGRAMMES = 40


class Opens(StrEnum):
    """Whether a person's token opens a programme."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NO_TOKEN = "no_token"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Programme:
    """Files that only come with a token that the archive accepts for their programme.

    `members` are others of the basket's group who let be told what their own checks said.
    """

    name: str
    files: int
    bytes: int
    opens: Opens
    members: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Preflight:
    """What is to be known before a bundle is asked for. Bytes are as the archive lists them.

    `here_*` are in the store, `to_fetch_bytes` is what is not; `unsized` files have no listed size, `links`
    are kept by other sites. `rate` is in bytes per second, None where nothing was measured.
    """

    files: int
    bytes: int
    here_files: int
    here_bytes: int
    to_fetch_bytes: int
    unsized: int
    links: int
    programmes: tuple[Programme, ...]
    harvest: Harvest
    planned: int
    left: Left
    never_fits: str
    rate: float | None

    @property
    def to_fetch_files(self) -> int:
        return self.files - self.here_files - self.links

    @property
    def needs_token(self) -> int:
        return sum(each.files for each in self.programmes)

    @property
    def refused(self) -> int:
        """How many files would not come, as far as is known."""
        return sum(each.files for each in self.programmes if each.opens in (Opens.NO, Opens.NO_TOKEN))

    @property
    def fits(self) -> bool:
        """Whether it fits without anything having to go first."""
        return self.to_fetch_bytes <= self.left.bytes

    @property
    def estimate_s(self) -> float | None:
        """Seconds until what is not here has come, were the archive as fast as of late."""
        return self.to_fetch_bytes / self.rate if self.rate else None


def preflight_of(basket: Basket, user: Person) -> Preflight:
    """Of what the basket's selection wants now. Not to be called inside a transaction."""
    contents = contents_of(basket)
    harvest = harvest_of(contents)
    wanted = wanted_of(products_of(contents, harvest), basket.selection)
    table = wanted.table
    sizes = compute.fill_null(table["size"], 0).to_numpy()
    links = _links(wanted)
    here = here_of(wanted) & ~links
    to_fetch = int(sizes[~here & ~links].sum())
    return Preflight(
        files=wanted.files,
        bytes=int(sizes.sum()),
        here_files=int(here.sum()),
        here_bytes=int(sizes[here].sum()),
        to_fetch_bytes=to_fetch,
        unsized=int(as_mask(compute.is_null(table["size"])).sum()),
        links=int(links.sum()),
        programmes=_programmes(wanted, contents, user, basket.group_id),
        harvest=harvest_of(contents),
        planned=len(contents.lines) - len(contents.executed),
        left=room.left(basket.group_id),
        never_fits=room.never_fits(to_fetch, to_fetch, basket.group_id),
        rate=lately().rate,
    )


def lately() -> Pace:
    """How fast the archive's newest files came, several at once or one by one, as they did."""
    rows = StoredFile.objects.filter(
        phase=Phase.COMPLETED,
        origin=Origin.ARCHIVE,
        fetch_s__gt=0,
        size_bytes__gt=0,
        fetched_at__isnull=False,
    ).order_by("-pk")
    newest = rows.values_list("fetched_at", "fetch_s", "size_bytes")[:MEASURED_FILES]
    spans = [
        Span(at.timestamp() - took_s, at.timestamp(), size_bytes)
        for at, took_s, size_bytes in newest
        if at is not None and took_s is not None and size_bytes is not None
    ]
    pace = pace_of(spans)
    return pace if pace.bytes >= MEASURED_BYTES else Pace()


def _links(wanted: Wanted) -> Any:
    """Which of the wanted files other sites keep; few are looked at, since the archive's begin with mast:."""
    uris = wanted.table["dataURI"]
    links = ~as_mask(compute.starts_with(uris, "mast:"))
    for at in np.flatnonzero(links):
        links[at] = is_remote(str(uris[int(at)].as_py()))
    return links


def _programmes(
    wanted: Wanted, contents: Contents, user: Person, group_id: int | None
) -> tuple[Programme, ...]:
    """The exclusive files by programme, the most files first, and whether the person's token opens each."""
    exclusive = wanted.table.filter(wanted.table["needs_token"])
    only = _only_programme(contents)
    columns = [exclusive[name].to_pylist() for name in ("dataURI", "proposal_id", "release_mjd", "size")]
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    longest: dict[str, _Exclusive] = {}
    for uri, proposal, release_mjd, size in zip(*columns, strict=True):
        file = _Exclusive(release_mjd or 0.0, uri, str(proposal or only))
        scope = scope_of(file.uri, file.programme)
        counts[scope] += 1
        sizes[scope] += size or 0
        if scope not in longest or file.release_mjd > longest[scope].release_mjd:
            longest[scope] = file
    asked = [scope for scope, _ in counts.most_common(MOST_PROGRAMMES)]
    verdicts = _opened(user, [_standing_for(-n, longest[scope]) for n, scope in enumerate(asked, start=1)])
    others = right_checks.in_group(user, group_id, counts.keys()) if group_id and counts else {}
    found = [
        Programme(
            _name(longest[scope]),
            counts[scope],
            sizes[scope],
            verdicts.get(scope, Opens.UNKNOWN),
            tuple(others.get(scope, ())),
        )
        for scope in counts
    ]
    return tuple(sorted(found, key=lambda each: (-each.files, each.name)))


class _Exclusive(NamedTuple):
    """Of the files of a programme, the one that is exclusive for longest tells of a right."""

    release_mjd: float
    uri: str
    programme: str


def _standing_for(pk: int, file: _Exclusive) -> StoredFile:
    """A row never saved, by which a right is asked for as for a stored file."""
    told = {"data_uri": file.uri, "programme": file.programme, "release_mjd": file.release_mjd or None}
    return StoredFile(pk=pk, access=Access.RESTRICTED, **told)


def _name(file: _Exclusive) -> str:
    return file.programme or file.uri.rsplit("/", 1)[-1]


def _only_programme(contents: Contents) -> str:
    programmes = {str(line.get("proposal_id") or "") for line in contents.lines} - {""}
    return programmes.pop() if len(programmes) == 1 else ""


def remembered(user: Person, scopes: Collection[str]) -> dict[str, Opens]:
    """Whether the person's token opens these, of those that somebody has asked about lately.

    All of them where there is no valid token. Two questions to the database, none to the archive.
    """
    return _known(user, _token_of(user), scopes) if scopes else {}


def _token_of(user: Person) -> ArchiveToken | None:
    return ArchiveToken.objects.filter(user_id=id_of(user), state=TokenState.VALID).first()


def _known(user: Person, token: ArchiveToken | None, scopes: Collection[str]) -> dict[str, Opens]:
    if token is None:
        return dict.fromkeys(scopes, Opens.NO_TOKEN)
    given = entitlement.scopes_remembered(cast(User, user), scopes)
    keys = {_key(token, scope): scope for scope in scopes if scope not in given}
    refused = cache.get_many(keys)
    return dict.fromkeys(given, Opens.YES) | {keys[key]: Opens.NO for key in refused}


def _opened(user: Person, files: Iterable[StoredFile]) -> dict[str, Opens]:
    """Whether the person's token opens what these stand for, by scope."""
    by_scope = {file.scope: file for file in files}
    token = _token_of(user) if by_scope else None
    verdicts = _known(user, token, by_scope.keys())
    unknown = [file for scope, file in by_scope.items() if scope not in verdicts]
    if token is None or not unknown:
        return verdicts
    try:
        asked = entitlement.check_many(cast(User, user), unknown)
    except ArchiveError:
        return dict.fromkeys(by_scope, Opens.UNKNOWN) | verdicts
    refused = {_key(token, file.scope): True for file in unknown if not asked[file.pk]}
    cache.set_many(refused, timeout=REFUSAL_S)
    return verdicts | {file.scope: Opens.YES if asked[file.pk] else Opens.NO for file in unknown}


def _key(token: ArchiveToken, scope: str) -> str:
    """Where it is kept that this very token was refused."""
    told = repr((token.pk, token.created_at, scope))
    return f"refused-{sha256(told.encode()).hexdigest()}"
