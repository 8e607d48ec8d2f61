"""Owns the small questions, how many rows match and where a name is; answers are kept for RESULT_TTL_S."""

import time
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import archive
from mastportal import work
from mastportal.mast.asking import counts_exactly
from mastportal.mast.client import MastClient
from mastportal.mast.criteria import Criteria, parse_question
from mastportal.mast.errors import BadQuestion
from mastportal.mast.fields import fields_of
from mastportal.mast.target import parse_target, tidy_name
from mastportal.search import asking
from mastportal.search.failures import reported
from mastportal.search.models import Lookup, Search
from mastportal.search.positions import as_json, fresh_since, position_of
from mastportal.search.targets import lists
from mastportal.work import Lease, Phase

KEEP = timedelta(days=7)


def want_count(question: Mapping[str, object]) -> tuple[Lookup, bool]:
    """The count of a question, and whether it must be queued. Raises BadQuestion."""
    criteria = asking.read(question)
    fingerprint = criteria.fingerprint()
    asked = {"kind": Lookup.Kind.COUNT, "key": fingerprint, "question": criteria.as_json()}
    kept = Search.objects.select_related("current").filter(fingerprint=fingerprint).first()
    if kept and kept.current and kept.current.is_fresh:
        return Lookup(**asked, answer={"count": kept.current.row_count}, phase=Phase.COMPLETED), False
    if not isinstance(criteria, Criteria):
        raise BadQuestion("Questions of this kind are counted by searching.", field="collection")
    return _want(asked)


def want_targets(question: Mapping[str, object]) -> tuple[Lookup, bool]:
    """What a list of targets is understood as, and whether it must be queued. Raises BadQuestion, TooMany."""
    kept = lists.checked(question)
    return _want({"kind": Lookup.Kind.TARGETS, "key": lists.fingerprint(kept), "question": kept})


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


def want_values(question: Mapping[str, object]) -> tuple[Lookup, bool]:
    """How many rows have each value of the fields with choices, and whether it must be queued.

    Raises BadQuestion.
    """
    criteria = asking.read(question)
    if not isinstance(criteria, Criteria):
        raise BadQuestion("Questions of this kind are counted by searching.", field="collection")
    return _want({"kind": Lookup.Kind.VALUES, "key": criteria.fingerprint(), "question": criteria.as_json()})


@transaction.atomic
def _want(asked: dict[str, Any]) -> tuple[Lookup, bool]:
    """The kept answer when it is fresh, else the one question under way for all who want it."""
    Lookup.objects.bulk_create([Lookup(**asked, phase=Phase.PENDING)], ignore_conflicts=True)
    lookup = Lookup.objects.select_for_update().get(kind=asked["kind"], key=asked["key"])
    fresh = lookup.phase == Phase.COMPLETED and lookup.ended_at and lookup.ended_at > fresh_since()
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
        lease.finish(answer=_ANSWERS[lookup.kind](client, lease, lookup.question))
        archive.note_answer(client)


def _where(client: MastClient, lease: Lease, question: dict[str, Any]) -> dict[str, Any]:
    return as_json(client.resolve(question["name"]))


def _how_many(client: MastClient, lease: Lease, question: dict[str, Any]) -> dict[str, Any]:
    return _count(client, _located(client, parse_question(question)))


def _understood(client: MastClient, lease: Lease, question: dict[str, Any]) -> dict[str, Any]:
    return lists.places(question, lease.beat)


def _values(client: MastClient, lease: Lease, question: dict[str, Any]) -> dict[str, Any]:
    criteria = _located(client, parse_question(question))
    columns = [each.name for each in fields_of(criteria.collection, criteria.instrument) if each.choices]
    counts = client.value_counts(criteria, columns, settings.VALUE_ROWS)
    return {"columns": counts, "most_rows": settings.VALUE_ROWS}


_ANSWERS: dict[str, Callable[[MastClient, Lease, dict[str, Any]], dict[str, Any]]] = {
    Lookup.Kind.RESOLVE: _where,
    Lookup.Kind.COUNT: _how_many,
    Lookup.Kind.TARGETS: _understood,
    Lookup.Kind.VALUES: _values,
}


def _count(client: MastClient, criteria: Criteria) -> dict[str, Any]:
    """How many rows there are; `at_most` where too much is left out to be taken away exactly."""
    count = {"count": client.count(criteria)}
    return count if counts_exactly(criteria) else count | {"at_most": True}


def _located(client: MastClient, criteria: Criteria) -> Criteria:
    name = criteria.name_to_resolve
    return criteria.located(position_of(client, name)) if name is not None else criteria


def due() -> list[uuid.UUID]:
    """Small questions to be queued again."""
    return work.due(Lookup)


def expire() -> None:
    """Forget what nobody has asked for a week."""
    Lookup.objects.filter(queued_at__lt=timezone.now() - KEEP).exclude(phase__in=work.UNFINISHED).delete()
