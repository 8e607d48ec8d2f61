"""Owns which programme an address means, how the archive is asked about it, and who asked before.

Asks nobody: who calls `ask` queues what it says.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from accounts.access import groups_of
from accounts.models import Membership
from mastportal.mast.fields import fields_by_name
from mastportal.mast.identifiers import program_number
from mastportal.search import results
from mastportal.search.asking import read
from mastportal.search.details import PROGRAMME_PAGES
from mastportal.search.models import ResultSet, Search, SearchUse
from mastportal.search.questions import search_of

MISSIONS = {name.casefold(): name for name in fields_by_name("observations")["obs_collection"].choices}
# After a failure the page says so for so long, before looking at it asks again.
PAUSE = timedelta(minutes=2)
USES_MOST = 10
_OTHER_IDS = re.compile(r"[\w.+-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme by its one spelling: the mission as MAST writes it, the id without leading zeros."""

    mission: str
    id: str

    def __str__(self) -> str:
        return f"{self.mission} {self.id}"

    @property
    def question(self) -> dict[str, object]:
        """What is asked of the archive. Programmes are counted by mission: JWST and HST both have a 1073."""
        criteria: dict[str, object] = {"obs_collection": [self.mission]}
        if program_number(self.id):
            return {"collection": "programs", "programs": self.id, "criteria": criteria}
        return {"collection": "observations", "criteria": criteria | {"proposal_id": [self.id]}}

    @property
    def address(self) -> str:
        return reverse("programme", args=[self.mission, self.id])

    @property
    def stsci_url(self) -> str:
        """STScI's own page about it; empty where it has none."""
        known = self.mission in PROGRAMME_PAGES and self.id.isdecimal()
        return f"{PROGRAMME_PAGES[self.mission]}{quote(self.id)}" if known else ""

    @property
    def spellings(self) -> tuple[str, ...]:
        """The id as rows of files may write it."""
        return (self.id, self.id.zfill(5)) if self.id.isdecimal() else (self.id,)


def programme_of(mission: str, text: str) -> Programme:
    """The programme of an address, however it is spelled. Raises Http404 where it can be none."""
    name = MISSIONS.get(mission.casefold())
    number = program_number(text)
    is_other = _OTHER_IDS.fullmatch(text) and not text.isdecimal()
    if name is None or not (number or is_other):
        raise Http404("There is no such programme.")
    return Programme(name, number or text)


def ask(programme: Programme, user: User, refresh: bool = False) -> results.Asked:
    """The kept rows of its observations, else a question the caller must queue.

    A question that failed just now is not asked again by looking at it.
    """
    known = Search.objects.select_related("current", "latest")
    search = known.filter(fingerprint=_own(programme)).first()
    if search is not None and search.latest is not None and not refresh and _failed_lately(search):
        return results.Asked(search, search.latest, must_queue=False)
    return results.ask(programme.question, user, refresh=refresh)


def renew(programme: Programme, older_than: datetime) -> results.Asked:
    """The kept rows unless they are older, else a question the caller must queue.

    Nobody is noted to have asked. A question that failed just now is not asked again.
    """
    search = search_of(programme.question)
    if search.latest is not None and _failed_lately(search):
        return results.Asked(search, search.latest, must_queue=False)
    return results.renew(search, older_than)


def latest_of(programme: Programme) -> ResultSet | None:
    """The newest asking about it, of any phase."""
    known = ResultSet.objects.filter(search__fingerprint=_own(programme)).select_related("search")
    return known.order_by("-queued_at").first()


def _failed_lately(search: Search) -> bool:
    latest = search.latest
    if latest is None or latest.phase != "ERROR" or latest.ended_at is None:
        return False
    return timezone.now() - latest.ended_at < PAUSE


def uses_by_group(programme: Programme, user: User) -> list[SearchUse]:
    """What the person and members of their groups asked of this programme, each question once, newest first.

    Questions are public to all who are signed in; who asked is told within the group only.
    """
    by_number = SearchUse.objects.filter(search__criteria__programs__contains=[programme.id])
    by_column = SearchUse.objects.filter(search__criteria__criteria__proposal_id__contains=[programme.id])
    fellows = Membership.objects.filter(group__in=groups_of(user).values("pk")).values("user_id")
    asked = (by_number | by_column).filter(Q(user_id=user.pk) | Q(user_id__in=fellows))
    found = asked.exclude(search__fingerprint=_own(programme))
    newest: dict[object, SearchUse] = {}
    for use in found.select_related("search", "user").order_by("-at")[: 5 * USES_MOST]:
        newest.setdefault(use.search_id, use)
    return list(newest.values())[:USES_MOST]


def _own(programme: Programme) -> str:
    return read(programme.question).fingerprint()
