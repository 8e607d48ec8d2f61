"""Owns a gathering: the associations of some observations read, and where all their members are found.

One row per person, observations and stage, since exclusive associations open to some only. A worker asks the
archive; whoever waits for a gathering looks at its row. Never enqueues.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from basket.contents import Contents
from basket.harvest import harvest_of
from basket.models import Bundle, Gathering
from basket.pipeline.answers import Answer
from basket.pipeline.search import NotYet, Search
from mastportal import work
from mastportal.search.failures import reported
from mastportal.work import UNFINISHED, Lease, Phase

LOOK_AGAIN_S = 1.0
GAPS_KEPT = timedelta(minutes=5)
EXPIRES = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Asked:
    """A gathering, and whether a worker must be told of it."""

    row: Gathering
    is_new: bool


def key_of(contents: Contents, stage: int) -> str:
    """What is gathered, whoever asks."""
    told = [sorted(contents.executed), stage]
    return sha256(json.dumps(told).encode()).hexdigest()


@transaction.atomic
def ask(contents: Contents, stage: int, user: User, *, refresh: bool = False) -> Asked:
    """The person's gathering of these observations; an old, failed or outdated one is begun anew."""
    key = key_of(contents, stage)
    facts = {"contents": contents.as_json(), "stage": stage}
    row, is_new = Gathering.objects.get_or_create(owner_id=user.pk, key=key, defaults=facts)
    if is_new:
        return Asked(row, True)
    row = Gathering.objects.select_for_update().get(pk=row.pk)
    if row.phase in UNFINISHED or not (refresh or _is_old(row, contents)):
        return Asked(row, False)
    row.phase, row.queued_at, row.nudged_at = Phase.QUEUED, timezone.now(), timezone.now()
    row.attempts, row.answer, row.error, row.contents = 0, None, "", contents.as_json()
    row.save()
    return Asked(row, True)


def _is_old(row: Gathering, contents: Contents) -> bool:
    if row.phase != Phase.COMPLETED or row.answer is None or row.ended_at is None:
        return True
    kept = GAPS_KEPT if row.answer["missing"] else timedelta(seconds=settings.PRODUCTS_TTL_S)
    own = harvest_of(contents)
    return row.ended_at < timezone.now() - kept or own.fingerprint != row.answer["lists"]


def of_bundle(bundle: Bundle) -> Gathering | None:
    """What a bundle that waits for its list is made from; None when nobody has asked for it yet."""
    contents = Contents.from_json(bundle.wanted["contents"])
    key = key_of(contents, bundle.pipeline_stage or 0)
    return Gathering.objects.filter(owner_id=bundle.owner_id, key=key).first()


def ask_for_bundle(bundle_id: UUID) -> list[int]:
    """Ids of the gatherings to be queued for a bundle that is still without its list."""
    bundle = Bundle.objects.filter(pk=bundle_id, phase=Phase.PENDING, again_of=None).first()
    if bundle is None or bundle.pipeline_stage is None or of_bundle(bundle) is not None:
        return []
    asked = ask(Contents.from_json(bundle.wanted["contents"]), bundle.pipeline_stage, bundle.owner)
    return [asked.row.pk] if asked.is_new else []


def gather(gathering_id: int) -> float | None:
    """Do the work, in a worker; seconds after which to look again while product lists are on their way."""
    lease = Lease.claim(Gathering, gathering_id)
    if lease is None:
        return None
    wait_s: list[float] = []
    with reported(lease, lease.fail):
        row = Gathering.objects.select_related("owner").get(pk=gathering_id)
        try:
            answer = _answer(row, lease)
        except NotYet:
            wait_s.append(LOOK_AGAIN_S)
            held = Gathering.objects.filter(pk=row.pk, lease_token=lease.token)
            held.update(phase=Phase.QUEUED, attempts=0, nudged_at=Now(), lease_until=None, lease_token=None)
        else:
            lease.finish(answer=answer.as_json())
    return wait_s[0] if wait_s else None


def _answer(row: Gathering, lease: Lease) -> Answer:
    contents = Contents.from_json(row.contents)
    harvest = harvest_of(contents)
    if harvest.waiting:
        raise NotYet
    return Search(contents, row.stage, row.owner, lease, harvest.fingerprint, harvest.notes()).run()


def due() -> Sequence[int]:
    """Gatherings to be queued again: their message got lost, or their worker died; old ones are removed."""
    Gathering.objects.exclude(phase__in=UNFINISHED).filter(ended_at__lt=Now() - EXPIRES).delete()
    return work.due(Gathering)


def state_of(row: Gathering) -> dict[str, Any]:
    """How a gathering stands, as the REST interface gives it."""
    told: dict[str, Any] = {"phase": row.phase, "stage": row.stage}
    if row.phase == Phase.COMPLETED and row.answer is not None:
        return told | Answer.from_json(row.answer).counts()
    return told | ({"error": row.error} if row.error else {})
