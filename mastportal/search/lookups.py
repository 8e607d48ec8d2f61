"""Owns the small questions, how many rows match and where a name is; answers are kept for RESULT_TTL_S."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import archive
from mastportal import work
from mastportal.mast.asking import counts_exactly
from mastportal.mast.client import MastClient, Resolved
from mastportal.mast.criteria import Criteria, parse_question
from mastportal.mast.target import parse_target, tidy_name
from mastportal.search import questions
from mastportal.search.failures import reported
from mastportal.search.models import Lookup, Search
from mastportal.work import Lease, Phase

KEEP = timedelta(days=7)


def _fresh_since() -> Any:
    return timezone.now() - timedelta(seconds=settings.RESULT_TTL_S)


def as_json(resolved: Resolved) -> dict[str, Any]:
    """Where a name is: name, ra_deg, dec_deg, radius_deg, resolver."""
    return asdict(resolved)


def want_count(question: Mapping[str, object]) -> tuple[Lookup, bool]:
    """The count of a question, and whether it must be queued. Raises BadQuestion."""
    criteria = questions.read(question)
    fingerprint = criteria.fingerprint()
    asked = {"kind": Lookup.Kind.COUNT, "key": fingerprint, "question": criteria.as_json()}
    kept = Search.objects.select_related("current").filter(fingerprint=fingerprint).first()
    if kept and kept.current and kept.current.is_fresh:
        return Lookup(**asked, answer={"count": kept.current.row_count}, phase=Phase.COMPLETED), False
    return _want(asked)


def want_position(text: str) -> tuple[Lookup, bool]:
    """Where a target is, and whether it must be queued; a position needs no asking. Raises BadQuestion."""
    target = parse_target(text)
    if target.name is None:
        place = {"ra_deg": target.ra_deg, "dec_deg": target.dec_deg, "radius_deg": target.radius_deg}
        answer = {"name": None, "resolver": None} | place
        return Lookup(kind=Lookup.Kind.RESOLVE, answer=answer, phase=Phase.COMPLETED), False
    return _want(
        {"kind": Lookup.Kind.RESOLVE, "key": tidy_name(target.name), "question": {"name": target.name}}
    )


def position(lookup: Lookup, text: str) -> dict[str, Any]:
    """The answer to `want_position(text)`, with the radius that `text` asks for."""
    radius_deg = parse_target(text).radius_deg
    answer: dict[str, Any] = lookup.answer or {}
    return answer | ({"radius_deg": radius_deg} if radius_deg is not None else {})


@transaction.atomic
def _want(asked: dict[str, Any]) -> tuple[Lookup, bool]:
    """The kept answer when it is fresh, else the one question under way for all who want it."""
    Lookup.objects.bulk_create([Lookup(**asked, phase=Phase.PENDING)], ignore_conflicts=True)
    lookup = Lookup.objects.select_for_update().get(kind=asked["kind"], key=asked["key"])
    fresh = lookup.phase == Phase.COMPLETED and lookup.ended_at and lookup.ended_at > _fresh_since()
    if fresh or lookup.is_unfinished:
        return lookup, False
    lookup.phase, lookup.attempts, lookup.error, lookup.error_kind = Phase.QUEUED, 0, "", ""
    lookup.queued_at = lookup.nudged_at = timezone.now()
    lookup.save()
    return lookup, True


def wait(lookup: Lookup, patience_s: float) -> Lookup:
    """The lookup once it is answered, or as it is when patience ends."""
    deadline, pause_s = time.monotonic() + patience_s, 0.02
    while lookup.is_unfinished and time.monotonic() < deadline:
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, 0.2)
        lookup.refresh_from_db(fields=["phase", "answer", "error", "error_kind"])
    return lookup


def answer(lookup_id: uuid.UUID) -> None:
    """Ask the archive, in a worker. Harmless when repeated or when another has it."""
    lease = Lease.claim(Lookup, lookup_id)
    if lease is None:
        return
    with reported(lease, lease.fail):
        lookup = Lookup.objects.get(pk=lookup_id)
        client = archive.client(heartbeat=lease.beat)
        if lookup.kind == Lookup.Kind.RESOLVE:
            lease.finish(answer=as_json(client.resolve(lookup.question["name"])))
        else:
            lease.finish(answer=_count(client, _located(client, parse_question(lookup.question))))
        archive.note_answer(client)


def _count(client: MastClient, criteria: Criteria) -> dict[str, Any]:
    """How many rows there are; `at_most` where too much is left out to be taken away exactly."""
    count = {"count": client.count(criteria)}
    return count if counts_exactly(criteria) else count | {"at_most": True}


def _located(client: MastClient, criteria: Criteria) -> Criteria:
    name = criteria.name_to_resolve
    return criteria.located(position_of(client, name)) if name is not None else criteria


def position_of(client: MastClient, name: str) -> Resolved:
    """Where a name is: as remembered, else as the archive says now. Raises ArchiveError."""
    asked = {"kind": Lookup.Kind.RESOLVE, "key": tidy_name(name)}
    kept = Lookup.objects.filter(**asked, phase=Phase.COMPLETED, ended_at__gt=_fresh_since()).first()
    if kept and kept.answer:
        return Resolved(**kept.answer)
    resolved = client.resolve(name)
    found = {"answer": as_json(resolved), "phase": Phase.COMPLETED, "ended_at": timezone.now()}
    Lookup.objects.bulk_create([Lookup(**asked, question={"name": name}, **found)], ignore_conflicts=True)
    Lookup.objects.filter(**asked, phase__in=[Phase.COMPLETED, Phase.ERROR]).update(**found)
    return resolved


def due() -> list[uuid.UUID]:
    """Small questions to be queued again."""
    return work.due(Lookup)


def expire() -> None:
    """Forget what nobody has asked for a week."""
    Lookup.objects.filter(queued_at__lt=timezone.now() - KEEP).exclude(phase__in=work.UNFINISHED).delete()
