"""Owns who waits for exclusive observations, and tells them once the archive gives these to everybody.

Who waits has them in a basket since before their day, or in a bundle from which they were left out. Asks the
archive about one file of each programme and day, without a token; sends nothing itself.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404

from accounts import archive
from accounts.models import Membership
from basket.models import Basket, BasketLine, Bundle, BundleFile
from basket.phases import Status
from mastportal.desk.programmes import Programme, programme_of
from mastportal.files.rights import Answer, ask_each
from mastportal.mast.errors import ArchiveError
from mastportal.outbox import post
from mastportal.outbox.post import Message
from mastportal.search import products
from mastportal.search.failures import Broken
from mastportal.search.rowstates import PLANNED_LEVEL
from mastportal.tables.dates import datetime_of_mjd

# What is not given to everybody so long after its day was extended, and its date will change.
LATEST = timedelta(days=30)
EXCLUSIVE = ("EXCLUSIVE_ACCESS", "PROPRIETARY")
ASKED_AGAIN_S, KEPT_S = 6 * 3600, 60 * 24 * 3600
MOST_AT_ONCE = 100


@dataclass(slots=True)
class Awaited:
    """What of one programme has its day, and a file to ask about.

    `names` by obsid; `people` by the person's id the obsids they wait for, none for mere files of a bundle.
    """

    programme: Programme
    day: date
    names: dict[str, str] = field(default_factory=dict)
    uri: str = ""
    people: dict[int, set[str]] = field(default_factory=dict)

    @property
    def event_id(self) -> str:
        return f"public-{self.programme.mission}-{self.programme.id}-{self.day:%Y%m%d}"


def tell_released() -> list[str]:
    """Tell who waits of what is public now; the obsids whose product lists are needed to ask about others."""
    due = [each for each in awaited() if not cache.get(_done(each))][:MOST_AT_ONCE]
    for each in due:
        each.uri = each.uri or _a_file_of(each)
    lacking = [obsid for each in due if not each.uri for obsid in list(each.names)[:1]]
    asking = [each for each in due if each.uri and cache.add(_asked(each), True, timeout=ASKED_AGAIN_S)]
    try:
        answers = ask_each(archive.hurried(), [(each.uri, None) for each in asking])
    except ArchiveError:
        cache.delete_many([_asked(each) for each in asking])
        return lacking
    for each, answer in zip(asking, answers, strict=True):
        if answer is Answer.PUBLIC:
            _tell(each)
            cache.set(_done(each), True, timeout=KEPT_S)
    return lacking


def _tell(each: Awaited) -> None:
    """Everybody of their own observations only: what others keep in their baskets is not theirs to know."""
    alike: dict[frozenset[str], list[int]] = defaultdict(list)
    for person_id, obsids in each.people.items():
        alike[frozenset(obsids)].append(person_id)
    for theirs, person_ids in alike.items():
        post.tell(person_ids, _message(each, sorted(each.names[obsid] for obsid in theirs)))


def awaited() -> list[Awaited]:
    """By programme and day what somebody waits for and has had its day, the newest first."""
    today_mjd = archive.today_mjd()
    since_mjd = today_mjd - LATEST / timedelta(days=1)
    found: dict[tuple[Programme, date], Awaited] = {}
    _from_baskets(found, since_mjd, today_mjd)
    _from_bundles(found, since_mjd, today_mjd)
    return sorted(found.values(), key=lambda each: (each.day, each.event_id), reverse=True)


def _from_baskets(found: dict[tuple[Programme, date], Awaited], since_mjd: float, today_mjd: float) -> None:
    """Executed observations that were exclusive when they were added."""
    rows = BasketLine.objects.filter(row__t_obs_release__gt=since_mjd, row__t_obs_release__lte=today_mjd)
    lines = [line for line in rows.iterator(1000) if _was_exclusive(line)]
    people = _people(Basket.objects.filter(pk__in={line.basket_id for line in lines}))
    for line in lines:
        row = line.row
        each = _of(found, row.get("obs_collection"), row.get("proposal_id"), row["t_obs_release"])
        if each is not None:
            each.names[line.obsid] = str(row.get("obs_id") or line.obsid)
            for person_id in people[line.basket_id]:
                each.people.setdefault(person_id, set()).add(line.obsid)


def _was_exclusive(line: BasketLine) -> bool:
    """As the row said when it was added; it is not changed afterwards."""
    return line.row.get("calib_level") != PLANNED_LEVEL and line.row.get("dataRights") in EXCLUSIVE


def _from_bundles(found: dict[tuple[Programme, date], Awaited], since_mjd: float, today_mjd: float) -> None:
    """Files that were left out of a bundle because they were exclusive."""
    left_out = BundleFile.objects.filter(
        status=Status.RESTRICTED, release_mjd__gt=since_mjd, release_mjd__lte=today_mjd
    )
    told = list(left_out.values_list("bundle_id", "data_uri", "programme", "release_mjd")[:10_000])
    people = _people(Bundle.objects.filter(pk__in={bundle_id for bundle_id, *_ in told}))
    for bundle_id, uri, programme, release_mjd in told:
        mission = uri.split(":", 1)[-1].split("/", 1)[0]
        each = _of(found, mission, programme, release_mjd)
        if each is not None:
            each.uri = each.uri or uri
            for person_id in people[bundle_id]:
                each.people.setdefault(person_id, set())


def _of(
    found: dict[tuple[Programme, date], Awaited], mission: object, number: object, release_mjd: float | None
) -> Awaited | None:
    day = datetime_of_mjd(release_mjd) if release_mjd is not None else None
    try:
        programme = programme_of(str(mission or ""), str(number or ""))
    except Http404:
        return None
    if day is None:
        return None
    return found.setdefault((programme, day.date()), Awaited(programme, day.date()))


def _people(things: QuerySet[Any]) -> dict[Any, set[int]]:
    """By its id who may see each: its group's members, else its owner."""
    rows = list(things.order_by().values_list("pk", "owner_id", "group_id"))
    members: dict[int, set[int]] = defaultdict(set)
    seats = Membership.objects.filter(group_id__in={group_id for *_, group_id in rows if group_id})
    for group_id, user_id in seats.values_list("group_id", "user_id"):
        members[group_id].add(user_id)
    return {pk: members[group_id] if group_id else {owner_id} for pk, owner_id, group_id in rows}


def _a_file_of(each: Awaited) -> str:
    """A file of one of its observations, from a product list that is here."""
    try:
        table = products.table_of(list(each.names)[:5])
    except Broken:
        return ""
    start = f"mast:{each.programme.mission}/"
    rows = zip(table["dataURI"].to_pylist(), table["dataRights"].to_pylist(), strict=True)
    files = [(rights == "PUBLIC", uri) for uri, rights in rows if uri and uri.startswith(start)]
    return min(files)[1] if files else ""  # one that was exclusive, if any was


def _message(each: Awaited, names: list[str]) -> Message:
    count = len(names)
    noun = "observation is" if count == 1 else "observations are"
    title = f"{each.programme}: {count:,} {noun} public" if count else f"{each.programme}: files are public"
    listed = f"\n{_few(names)}" if names else ""
    text = (
        f"Their exclusive period ended on {each.day:%Y-%m-%d}, and MAST gives them to everybody now.{listed}"
    )
    data = {"program": each.programme.id, "mission": each.programme.mission, "obs_ids": names[:50]}
    return Message(each.event_id, "public", title, text, path=each.programme.address, data=data)


def _few(names: Iterable[str], most: int = 10) -> str:
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def _asked(each: Awaited) -> str:
    return f"asked-{each.event_id}"


def _done(each: Awaited) -> str:
    return f"told-{each.event_id}"
