"""Owns which of a person's exclusive programmes their own token opens, from real checks of one file each.

A check asks the archive for a file that it refuses to nobody in particular. Asks with nobody else's token.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from mastportal.desk.mine import Coming
from mastportal.desk.programmes import Programme
from mastportal.files import entitlement, right_checks
from mastportal.files.models import Access, StoredFile, scope_of
from mastportal.files.right_checks import Said
from mastportal.search import products
from mastportal.search.failures import Broken
from mastportal.search.models import ProductList
from mastportal.tables.cells import iso

MOST_PROGRAMMES = 40
# Of a programme those observations are looked at that are exclusive for longest.
LOOKED_AT = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """One exclusive programme of a person's: what the archive `said` of their token last, if ever.

    `file` stands for its files in a check; None while no list of them is here, which `obsid` would have.
    """

    programme: Programme
    observations: int
    next_mjd: float
    last_mjd: float
    obsid: str
    file: StoredFile | None
    said: Said | None

    @property
    def opens(self) -> str:
        """`yes`, `no` or `unknown`."""
        return "unknown" if self.said is None else "yes" if self.said.opens else "no"

    @property
    def next_day(self) -> str:
        """When the first of them becomes public."""
        return iso(self.next_mjd, with_time=False)

    @property
    def last_day(self) -> str:
        """When all of them are."""
        return iso(self.last_mjd, with_time=False)


def standings_of(user: User, coming: Sequence[Coming]) -> list[Standing]:
    """Each programme with exclusive observations among `coming`, those with most of them first."""
    by_programme: dict[Programme, list[Coming]] = defaultdict(list)
    for each in coming:
        by_programme[each.programme].append(each)
    most = sorted(by_programme.items(), key=lambda pair: (-len(pair[1]), str(pair[0])))[:MOST_PROGRAMMES]
    longest = {programme: _longest(those) for programme, those in most}
    files = {
        programme: _standing_for(-n, longest[programme]) for n, (programme, _) in enumerate(most, start=1)
    }
    said = right_checks.own(user, {scope for _, those in most for scope in _scopes(those)})
    return [
        Standing(
            programme=programme,
            observations=len(those),
            next_mjd=min(each.release_mjd for each in those),
            last_mjd=max(each.release_mjd for each in those),
            obsid=longest[programme][0].obsid,
            file=files[programme],
            said=_newest(said[scope] for scope in _scopes(those) if scope in said),
        )
        for programme, those in most
    ]


def check(user: User, standings: Sequence[Standing]) -> None:
    """Ask the archive what the person's own token opens of these, about one file each.

    Raises Unavailable or TimedOut. Not to be called inside a transaction.
    """
    entitlement.check_many(user, [each.file for each in standings if each.file is not None])


def lacking(standings: Sequence[Standing]) -> list[str]:
    """The obsids whose product lists must be here before their programmes can be asked about."""
    return [each.obsid for each in standings if each.file is None]


def _longest(those: Sequence[Coming]) -> list[Coming]:
    """Those that are exclusive for longest, of the ones whose files are listed here if there are any."""
    lists = ProductList.objects.filter(obsid__in=[each.obsid for each in those], fetched_at__isnull=False)
    listed = set(lists.values_list("obsid", flat=True))
    order = sorted(those, key=lambda each: (each.obsid not in listed, -each.release_mjd, each.obsid))
    return order[:LOOKED_AT]


def _scopes(those: Sequence[Coming]) -> set[str]:
    """What rights to these extend to, in every spelling of the programme."""
    programme = those[0].programme
    uri = f"mast:{programme.mission}/"
    return {scope_of(uri, spelled) for spelled in (*programme.spellings, those[0].proposal_id)}


def _newest(said: Any) -> Said | None:
    return max(said, key=lambda each: each.checked_at, default=None)


def _standing_for(pk: int, those: Sequence[Coming]) -> StoredFile | None:
    """A row never saved, by which a right is asked for as for a stored file."""
    longest = {each.obsid: each for each in those}
    try:
        table = products.table_of(list(longest))
    except Broken:
        return None
    names = ("dataURI", "proposal_id", "dataRights")
    for uri, proposal, rights in zip(*(table[name].to_pylist() for name in names), strict=True):
        if (
            uri
            and str(uri).startswith(f"mast:{those[0].programme.mission}/")
            and rights not in (None, "PUBLIC")
        ):
            told = {"data_uri": uri, "programme": str(proposal or those[0].proposal_id)}
            release_mjd = max(each.release_mjd for each in longest.values())
            return StoredFile(pk=pk, access=Access.RESTRICTED, release_mjd=release_mjd, **told)
    return None
