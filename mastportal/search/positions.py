"""Owns where names are: kept for RESULT_TTL_S, asked for one by one or many at a time."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from mastportal.mast.client import MastClient
from mastportal.mast.errors import ArchiveError, TimedOut, Unavailable
from mastportal.mast.resolving import Resolved
from mastportal.mast.target import tidy_name
from mastportal.search.models import Lookup
from mastportal.search.parallel import in_parallel
from mastportal.work import Phase

# So many names may each fail by themselves before it is the resolver that has failed.
MOST_FAILURES = 8
Found = Resolved | ArchiveError


def fresh_since() -> Any:
    """Answers from then on are still good."""
    return timezone.now() - timedelta(seconds=settings.RESULT_TTL_S)


def as_json(resolved: Resolved) -> dict[str, Any]:
    """Where a name is: name, ra_deg, dec_deg, radius_deg, resolver."""
    return asdict(resolved)


def position_of(client: MastClient, name: str) -> Resolved:
    """Where a name is: as remembered, else as the archive says now. Raises ArchiveError."""
    if (known := kept([name]).get(tidy_name(name))) is not None:
        return known
    resolved = client.resolve(name)
    _remember(name, resolved)
    return resolved


def positions_of(names: Iterable[str], beat: Callable[[], None]) -> dict[str, Found]:
    """Where many names are, by their tidy form, or why that is not known; each is remembered as it comes.

    `beat` is called after each. Raises Unavailable or TimedOut when the resolver fails again and again: what
    came before is remembered, so that asking again goes on from there.
    """
    wanted = {tidy_name(name): name for name in names}
    found: dict[str, Found] = dict(kept(wanted.values()))
    missing = [name for key, name in wanted.items() if key not in found]
    failures = 0
    for name, answer in zip(missing, in_parallel(_resolve, missing), strict=True):
        found[tidy_name(name)] = answer
        if isinstance(answer, Resolved):
            _remember(name, answer)
        elif isinstance(answer, Unavailable | TimedOut):
            failures += 1
            if failures >= MOST_FAILURES:
                raise answer
        beat()
    return found


def _resolve(client: MastClient, name: str) -> Found:
    try:
        return client.resolve(name)
    except ArchiveError as error:
        return error


def kept(names: Iterable[str]) -> dict[str, Resolved]:
    """The positions that are remembered and still good, by tidy name."""
    answered = Lookup.objects.filter(
        kind=Lookup.Kind.RESOLVE,
        key__in={tidy_name(name) for name in names},
        phase=Phase.COMPLETED,
        ended_at__gt=fresh_since(),
    )
    return {key: Resolved(**answer) for key, answer in answered.values_list("key", "answer") if answer}


def _remember(name: str, resolved: Resolved) -> None:
    asked = {"kind": Lookup.Kind.RESOLVE, "key": tidy_name(name)}
    found = {"answer": as_json(resolved), "phase": Phase.COMPLETED, "ended_at": timezone.now()}
    Lookup.objects.bulk_create([Lookup(**asked, question={"name": name}, **found)], ignore_conflicts=True)
    Lookup.objects.filter(**asked, phase__in=[Phase.COMPLETED, Phase.ERROR]).update(**found)
