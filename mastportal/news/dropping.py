"""Owns how MAST's own subscription file becomes a basket with the complete filesets."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse

from accounts import archive
from basket import lines
from basket.models import Basket, first_selection
from basket.phases import Preset
from mastportal import work
from mastportal.conflicts import Conflict
from mastportal.mast.client import MastClient
from mastportal.mast.criteria import parse_question
from mastportal.news import event_file
from mastportal.news.asking import IDS_A_REQUEST, in_parts
from mastportal.news.event_file import Filesets
from mastportal.news.models import EventFile
from mastportal.news.reading import PLANNED_LEVEL, number_of
from mastportal.outbox.post import Message, tell
from mastportal.outbox.wording import one_line
from mastportal.search.failures import reported
from mastportal.search.products import want
from mastportal.tables.columns import BadQuery
from mastportal.work import Lease

Row = dict[str, Any]
Named = tuple[str, Row]  # an obs_id in small letters, and its row
BEGINNING = len("jw01176")
COMBINED_LEVEL = 3
NAMED = 20
_QUESTION = "MAST's subscription file"


@transaction.atomic
def drop(user: User, name: str, content: bytes) -> EventFile:
    """A new basket for the filesets of a file; the caller queues the look-up. Raises BadQuery."""
    filesets = event_file.read(content)
    title = one_line(name.removesuffix(".json"), 100) or "Subscription file"
    selection = first_selection() | {"preset": Preset.EVERYTHING.value}
    basket = Basket.objects.create(name=title, owner=user, selection=selection)
    return EventFile.objects.create(owner=user, basket=basket, filesets=asdict(filesets))


def fill(event_file_id: int) -> list[int]:
    """Look the filesets up, in a worker, and put them into the basket; ids of the product lists to be queued.

    Its owner is told under the bell, also of what was not found.
    """
    lease = Lease.claim(EventFile, event_file_id)
    if lease is None:
        return []
    list_ids: list[int] = []

    def failed(error: str, kind: str) -> None:
        with transaction.atomic():
            lease.fail(error, kind)
            _say_why_not(event_file_id, error)

    with reported(lease, failed):
        dropped = EventFile.objects.select_related("basket", "owner").get(pk=event_file_id)
        client = archive.client(heartbeat=lease.beat)
        wanted = Filesets(**dropped.filesets)
        rows, missing = _found(client, wanted)
        with transaction.atomic():
            lease.renew()
            list_ids += _added(
                dropped, rows, [*missing, *[f"{wanted.others} of other missions"] * bool(wanted.others)]
            )
            lease.finish()
        archive.note_answer(client)
    return list_ids


def _added(dropped: EventFile, rows: list[Row], missing: list[str]) -> list[int]:
    basket = dropped.basket
    try:
        added = lines.add_observations(basket, rows, dropped.owner, _QUESTION).added
    except (BadQuery, Conflict) as error:
        _say(dropped, f"The filesets could not be put into {basket}", str(error))
        return []
    more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
    words = f"Not found: {', '.join(missing[:NAMED])}{more}." if missing else "All filesets were found."
    _say(dropped, f"{basket}: {added} observations from MAST's subscription file", words)
    return want([str(row["obsid"]) for row in rows])


@transaction.atomic
def stop(event_file_id: int | str, why: str) -> bool:
    """End a look-up that is under way, and tell who waits for it; whether it was."""
    is_stopped = work.stop(EventFile, event_file_id, why)
    if is_stopped:
        _say_why_not(event_file_id, why)
    return is_stopped


def _say_why_not(event_file_id: int | str, why: str) -> None:
    dropped = EventFile.objects.select_related("basket").get(pk=event_file_id)
    _say(dropped, f"The filesets for {dropped.basket} could not be looked up", why)


def _say(dropped: EventFile, title: str, text: str) -> None:
    # What comes of another try is told, too; what an attempt that broke off told is not told again.
    event_id = f"event-file-{dropped.pk}-{dropped.queued_at.timestamp():.6f}"
    path = reverse("basket", args=[dropped.basket_id])
    tell([dropped.owner_id], Message(event_id, "event-file", title, text, path=path))


def _found(client: MastClient, wanted: Filesets) -> tuple[list[Row], list[str]]:
    """The rows of the Observations that the filesets are, or are part of; and the filesets without any."""
    rows: dict[str, Row] = {}
    missing: list[str] = []
    # By how names begin, JWST's with the programme: thousands of filesets are each looked for among a few.
    there: dict[str, list[Named]] = defaultdict(list)
    for row in _rows(client, wanted):
        name = str(row["obs_id"]).casefold()
        there[name[:BEGINNING]].append((name, row))
    for fileset in (*wanted.jwst, *wanted.hst):
        mine = _of_fileset(fileset, there[fileset[:BEGINNING]])
        rows |= {str(row["obsid"]): row for row in mine}
        missing += [] if mine else [fileset]
    return list(rows.values()), missing


def _rows(client: MastClient, wanted: Filesets) -> Iterator[Row]:
    if wanted.programs:
        asked = {
            "collection": "programs",
            "programs": wanted.programs,
            "criteria": {"obs_collection": ["JWST"]},
        }
        yield from _executed(client, asked)
    for some in in_parts(wanted.hst, IDS_A_REQUEST):
        yield from _executed(client, {"collection": "ids", "ids": some})


def _executed(client: MastClient, asked: dict[str, Any]) -> Iterable[Row]:
    table = client.columns(parse_question(asked), lines.OBSERVATION_COLUMNS, settings.ROW_LIMIT)
    return [row for row in table.to_pylist() if row["obs_id"] and row["calib_level"] != PLANNED_LEVEL]


def _of_fileset(fileset: str, names: list[Named]) -> list[Row]:
    """An exposure's rows, one a detector; where the archive lists only what was combined of them, that."""
    own = [row for name, row in names if name == fileset or name.startswith(f"{fileset}_")]
    number = number_of(fileset)
    if own or not number:
        return own
    return [
        row
        for name, row in names
        if number_of(name) == number and (row["calib_level"] or 0) >= COMBINED_LEVEL
    ]


def due() -> list[int]:
    """Look-ups to be queued again: their message got lost, or their worker died."""
    return work.due(EventFile)
