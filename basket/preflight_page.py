"""Owns what is said before a bundle is asked for, in sentences: the calm ones, and those that warn."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from basket.amounts import size_in_words, wait_in_words
from basket.models import Basket
from basket.preflight import Preflight
from basket.programmes import Opens, Programme

SHOWN_PROGRAMMES = 6


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence with its icon; one that warns is about something that will not come, or not at once."""

    icon: str
    sentence: str
    warns: bool = False


def preflight_page(basket: Basket, found: Preflight) -> dict[str, Any]:
    return {"basket": basket, "preflight": found, "said": [*_said(found)]}


def as_json(found: Preflight) -> dict[str, Any]:
    """What the REST door answers; the sentences are those of the page."""
    harvest, left = found.harvest, found.left
    return {
        "files": found.files,
        "bytes": found.bytes,
        "here": {"files": found.here_files, "bytes": found.here_bytes},
        "to_fetch": {"files": found.to_fetch_files, "bytes": found.to_fetch_bytes},
        "unknown_size": found.unsized,
        "links": found.links,
        "need_token": found.needs_token,
        "programmes": [
            {
                "programme": each.name,
                "files": each.files,
                "bytes": each.bytes,
                "opens": str(each.opens),
                "members": [asdict(member) for member in each.members],
            }
            for each in found.programmes
        ],
        "lists": {
            "total": harvest.total,
            "waiting": harvest.waiting,
            "failed": [{"obsid": obsid, "reason": why} for obsid, why in harvest.failed],
        },
        "planned": found.planned,
        "room": {"disk": left.disk_bytes, "store": left.store_bytes, "group": left.group_bytes},
        "fits": found.fits and not found.never_fits,
        "rate": None if found.rate is None else round(found.rate),
        "estimate_s": None if found.estimate_s is None else round(found.estimate_s, 1),
        "said": [each.sentence for each in _said(found)],
    }


def _said(found: Preflight) -> Iterable[Said]:
    """Of nothing selected only why there may be nothing to select."""
    if found.here_files or found.to_fetch_files:
        yield _coming(found)
    yield from _token(found.programmes)
    yield from _group(found.programmes)
    yield from _missing(found)
    if found.files:
        yield _room(found)


def _coming(found: Preflight) -> Said:
    if not found.to_fetch_files:
        return Said("check", "All of it is here already: nothing has to come from the archive.")
    here = (
        f"{_files(found.here_files)} ({size_in_words(found.here_bytes)}) already here; "
        if found.here_files
        else ""
    )
    start = f"{here}{_files(found.to_fetch_files)} to fetch, {size_in_words(found.to_fetch_bytes)}"
    if found.estimate_s is None:
        return Said("clock", f"{start}. How long that takes has not been measured here yet.")
    rate = f"{size_in_words(found.rate)}/s"
    return Said("clock", f"{start}: about {wait_in_words(found.estimate_s)} at the {rate} of late.")


def _token(programmes: tuple[Programme, ...]) -> Iterable[Said]:
    by = {opens: [each for each in programmes if each.opens == opens] for opens in Opens}
    if by[Opens.NO_TOKEN]:
        which = f"{_files(_count(by[Opens.NO_TOKEN]))} of {_names(by[Opens.NO_TOKEN])}"
        yield Said("key", f"You have no valid MAST token: {which} will be left out.", warns=True)
    if by[Opens.YES] and by[Opens.NO]:
        yield Said(
            "key", f"Your token opens {_names(by[Opens.YES])}, not {_refused(by[Opens.NO])}", warns=True
        )
    elif by[Opens.NO]:
        yield Said("key", f"Your token does not open {_refused(by[Opens.NO])}", warns=True)
    elif by[Opens.YES]:
        yield Said(
            "key", f"Your token opens {_names(by[Opens.YES])}: {_files(_count(by[Opens.YES]))} need it."
        )
    if by[Opens.UNKNOWN]:
        unknown = _names(by[Opens.UNKNOWN])
        yield Said("key", f"Whether your token opens {unknown} could not be asked just now.", warns=True)


def _group(programmes: tuple[Programme, ...]) -> Iterable[Said]:
    """Who else could retrieve them: told of those who allowed it, as their own checks said."""
    opens: dict[str, list[Programme]] = defaultdict(list)
    for programme in programmes:
        for member in programme.members:
            if member.opens:
                opens[member.username].append(programme)
    if opens:
        who = "; ".join(f"{name}: {_names(those)}" for name, those in sorted(opens.items()))
        yield Said("people", f"Others of the group whose own token opens them, by their last check: {who}.")


def _refused(programmes: list[Programme]) -> str:
    return f"{_names(programmes)}: {_files(_count(programmes))} will be left out."


def _missing(found: Preflight) -> Iterable[Said]:
    harvest = found.harvest
    if harvest.waiting:
        lists = _many(harvest.waiting, "product list is", "product lists are")
        yield Said("clock", f"{lists} still on the way; what is in them comes on top.", warns=True)
    if harvest.failed:
        lists = _many(len(harvest.failed), "product list", "product lists")
        yield Said("alert", f"{lists} could not be had: files of those observations are missing.", warns=True)
    if found.planned:
        yield Said(
            "calendar", f"{_many(found.planned, 'observation is', 'observations are')} planned: no files yet."
        )
    if found.links:
        yield Said("link", f"{_many(found.links, 'file is', 'files are')} kept by other sites: links only.")
    if found.unsized:
        yield Said("info", f"The archive tells no size of {_files(found.unsized)}, so it will be more.")


def _room(found: Preflight) -> Said:
    left = found.left
    if found.never_fits:
        return Said("alert", found.never_fits, warns=True)
    free = [f"{size_in_words(left.disk_bytes)} free on the portal's disk"]
    if left.store_bytes is not None:
        free.append(f"{size_in_words(left.store_bytes)} left in its store")
    if left.group_bytes is not None:
        free.append(f"{size_in_words(left.group_bytes)} left of the group's share")
    words = ", ".join(free)
    if found.fits:
        return Said("bundle", f"{words[0].upper()}{words[1:]}.")
    return Said("bundle", f"Only {words}: it may pause until older files have gone.", warns=True)


def _names(programmes: list[Programme]) -> str:
    shown = [each.name for each in programmes[:SHOWN_PROGRAMMES]]
    if more := len(programmes) - len(shown):
        shown.append(f"{more} more")
    return f"programme{'s' if len(programmes) > 1 else ''} {', '.join(shown)}"


def _count(programmes: list[Programme]) -> int:
    return sum(each.files for each in programmes)


def _files(count: int) -> str:
    return _many(count, "file", "files")


def _many(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"
