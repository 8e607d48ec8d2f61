"""Owns which programmes' files need a token, and whether a person's own token opens them.

Asks the archive, in a hurry, only whether it opens a programme, and only where nobody knows.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple, cast

from django.contrib.auth.models import User
from django.core.cache import cache

from accounts.access import Person, id_of
from accounts.models import ArchiveToken, TokenState
from basket.contents import Contents
from basket.selection import Wanted
from mastportal.files import entitlement, right_checks
from mastportal.files.models import Access, StoredFile, scope_of
from mastportal.files.right_checks import Said
from mastportal.mast.errors import ArchiveError

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


def programmes_of(
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
