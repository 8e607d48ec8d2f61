"""Owns which archive the portal asks, with whose token, and what it was last heard to say. Opens no seal."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from accounts import vault
from accounts.access import Person
from mastportal import outgoing, traffic
from mastportal.mast.byte_source import Remote
from mastportal.mast.client import MastClient
from mastportal.mast.connection import Archive
from mastportal.mast.errors import ArchiveError, ArchiveRests, TimedOut, Unavailable, Unreachable
from mastportal.mast.traffic import Kind
from mastportal.mast.transfer import Elsewhere, Folder, Mirror

HEARD, CLOCK = "archive-heard", "archive-clock-offset-s"
QUIET = timedelta(minutes=5)
# How long a person at a page is made to wait for a small answer, in seconds.
PATIENCE_S = 15.0
# The Modified Julian Date of 1970-01-01 00:00 UTC.
UNIX_EPOCH_MJD = 40587.0


class Status(TypedDict):
    """What the top bar says; `up` is None until the archive was asked for the first time.

    `rests_for_s` is above 0 while files are not asked for, after too many failures in a row.
    """

    name: str
    is_sandbox: bool
    up: bool | None
    rests_for_s: float
    last_answer_at: datetime | None


def archive() -> Archive:
    """The archive of the settings, and our manners towards it."""
    return Archive(
        base_url=settings.ARCHIVE_URL,
        user_agent=settings.USER_AGENT,
        connect_timeout_s=settings.CONNECT_TIMEOUT_S,
        stall_s=settings.STALL_S,
        question_timeout_s=settings.QUESTION_TIMEOUT_S,
        poll_s=settings.POLL_S,
        gate=traffic.gate(),
        addresses=_addresses,
    )


def _addresses(host: str, port: int) -> list[str]:
    """Where a request for bytes may go: to what the settings name, and to hosts outside this network."""
    named = [urlsplit(url).netloc for url in (settings.ARCHIVE_URL, settings.MIRROR_URL, settings.CRDS_URL)]
    try:
        return outgoing.addresses_of(host, port, also=named)
    except outgoing.OutgoingUnknown as error:
        raise Unreachable(str(error)) from error
    except outgoing.OutgoingRefused as error:
        raise Remote(str(error)) from error


def hurried() -> Archive:
    """The same archive, given up sooner: for questions that a person waits for at a page."""
    return replace(
        archive(),
        stall_s=min(settings.STALL_S, PATIENCE_S),
        question_timeout_s=min(settings.QUESTION_TIMEOUT_S, PATIENCE_S),
        poll_s=min(settings.POLL_S, 0.25),
    )


def elsewhere() -> list[Elsewhere]:
    """Where public files may come from while the archive is out of order, in this order."""
    places: list[Elsewhere] = []
    if settings.MIRROR_URL:
        places.append(Mirror(settings.MIRROR_URL))
    if settings.MIRROR_FOLDER:
        places.append(Folder(Path(settings.MIRROR_FOLDER)))
    return places


def client(user: Person | None = None, heartbeat: Callable[[], None] | None = None) -> MastClient:
    """A client of one's own for one use: anonymous, or with the token of `user` if there is one."""
    credential = vault.credential(user) if user is not None else None
    return MastClient(archive(), credential=credential, heartbeat=heartbeat)


def note_answer(asked: MastClient) -> None:
    """Remember that the archive answered `asked`, and what day its Date header said it is."""
    cache.set(HEARD, {"up": True, "at": timezone.now()}, timeout=None)
    if asked.last_date is not None:
        cache.set(CLOCK, (asked.last_date - timezone.now()).total_seconds(), timeout=None)


def note_failure(error: ArchiveError) -> None:
    """Remember that the archive did not answer; an answer that refuses or finds nothing is an answer."""
    if isinstance(error, Unavailable | TimedOut) and not isinstance(error, ArchiveRests):
        heard = cache.get(HEARD) or {"at": None}
        cache.set(HEARD, heard | {"up": False}, timeout=None)


def now() -> datetime:
    """The archive's own time, as its last Date header gave it, else our clock's; UTC."""
    return timezone.now() + ahead()


def ahead() -> timedelta:
    """By how much the archive's clock is ahead of ours, as far as known."""
    return timedelta(seconds=cache.get(CLOCK, 0.0))


def today_mjd() -> float:
    """The archive's own time in days (MJD, UTC): what decides whether a release date has passed."""
    return UNIX_EPOCH_MJD + (now() - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(days=1)


def status() -> Status:
    """Whether the archive was answering when it was last asked; asks nothing itself."""
    heard = cache.get(HEARD) or {"up": None, "at": None}
    return Status(
        name=settings.ARCHIVE_NAME,
        is_sandbox=settings.ARCHIVE_IS_SANDBOX,
        up=heard["up"],
        rests_for_s=traffic.gate().rests_for_s(urlsplit(settings.ARCHIVE_URL).netloc, Kind.BYTES),
        last_answer_at=heard["at"],
    )


def listen() -> None:
    """Ask the archive who we are, when it was down or has not been heard for a while."""
    heard = status()
    if heard["up"] and heard["last_answer_at"] and timezone.now() - heard["last_answer_at"] < QUIET:
        return
    asked = MastClient(hurried())
    try:
        asked.whoami()
    except ArchiveError as error:
        note_failure(error)
    else:
        note_answer(asked)
