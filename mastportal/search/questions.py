"""Owns how a question becomes the one row of everybody who asks it. Asks the archive nothing."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from mastportal.search.asking import Asking, read
from mastportal.search.failures import PASSING
from mastportal.search.models import ResultSet, Search, SearchUse
from mastportal.work import UNFINISHED

# While the archive is down, an old answer is served for so long before it is asked once more.
PAUSE_S = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a question: `result` answers it now, or will once it has been asked."""

    search: Search
    result: ResultSet
    must_queue: bool

    @property
    def cached(self) -> bool:
        """The answer was here already."""
        return not self.result.is_unfinished


@transaction.atomic
def ask(question: Mapping[str, object], user: User, refresh: bool = False) -> Asked:
    """A fresh answer kept here, else the question under way, else a new one, which the caller
    must queue on commit.

    An answer older than RESULT_TTL_S is asked for anew and stays until the new one is there. Raises
    BadQuestion.
    """
    asking = read(question)
    search = _search_of(asking)
    _note_use(search, user)
    if not refresh and (answer := _good_enough(search)):
        return Asked(search, answer, must_queue=False)
    search = _lined_up(search)
    if not refresh and (answer := _good_enough(search)):
        return Asked(search, answer, must_queue=False)
    return _anew(search, asking, user)


@transaction.atomic
def renew(search: Search, older_than: datetime) -> Asked:
    """The kept answer unless it is `older_than` that, else as `ask` says; nobody is noted to have asked."""
    search = _lined_up(search)
    current = search.current
    if current is not None and current.has_rows and current.fetched_at and current.fetched_at > older_than:
        return Asked(search, current, must_queue=False)
    return _anew(search, read(search.criteria), None)


def _lined_up(search: Search) -> Search:
    """All who ask this question line up here: the first one makes the snapshot, the others join it."""
    Search.objects.select_for_update().get(pk=search.pk)
    return Search.objects.select_related("current", "latest").get(pk=search.pk)


def _anew(search: Search, asking: Asking, user: User | None) -> Asked:
    if under_way := ResultSet.objects.filter(search=search, phase__in=UNFINISHED).first():
        return Asked(search, under_way, must_queue=False)
    search.latest = ResultSet.objects.create(search=search, asked_by=user, understood=_understood(asking))
    search.save(update_fields=["latest"])
    return Asked(search, search.latest, must_queue=True)


def _search_of(asking: Asking) -> Search:
    fingerprint = asking.fingerprint()
    known = Search.objects.select_related("current", "latest")
    with suppress(Search.DoesNotExist):
        return known.get(fingerprint=fingerprint)
    new = Search(
        fingerprint=fingerprint,
        collection=asking.collection,
        criteria=asking.as_json(),
        words=asking.words(),
    )
    Search.objects.bulk_create([new], ignore_conflicts=True)
    return known.get(fingerprint=fingerprint)


def _note_use(search: Search, user: User) -> None:
    SearchUse.objects.bulk_create(
        [SearchUse(user=user, search=search, at=timezone.now())],
        update_conflicts=True,
        unique_fields=["user", "search"],
        update_fields=["at"],
    )


def _good_enough(search: Search) -> ResultSet | None:
    """The kept answer, when it is fresh, or when the archive was down only just now."""
    current, latest = search.current, search.latest
    if current is None or not current.has_rows:
        return None
    if current.is_fresh:
        return current
    if latest is None or latest.ended_at is None or latest.error_kind not in PASSING:
        return None
    return current if (timezone.now() - latest.ended_at).total_seconds() < PAUSE_S else None


def _understood(asking: Asking) -> dict[str, Any] | None:
    """What can be said of the target before the archive is asked: its position, when it was given as one."""
    target = asking.target
    if target is None or target.ra_deg is None:
        return None
    return {
        "name": None,
        "ra_deg": target.ra_deg,
        "dec_deg": target.dec_deg,
        "radius_deg": target.radius_deg,
        "resolver": None,
    }


def search_of(question: Mapping[str, object]) -> Search:
    """The one row of everybody who asks this; nobody is noted to have asked. Raises BadQuestion."""
    return _search_of(read(question))
