"""Owns how far a bundle has come, in files and bytes, and the mark by which a page knows no change."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from basket.models import Bundle, BundleFile
from basket.pace import Pace, Span, pace_of
from basket.phases import GIVEN_UP, Phase, Status
from mastportal.files.models import StoredFile

MEASURED_AFTER_S = 2.0
# The rate is of the last minute, or of as much of it as this many files took.
WINDOW = timedelta(minutes=1)
MOST_MEASURED = 400


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of files by what became of them; bytes of all, of those here, and where they came from.

    `recent_bytes` came from the archive lately, in `recent_s` seconds in which any came.
    """

    total: int = 0
    done: int = 0
    failed: int = 0
    restricted: int = 0
    missing: int = 0
    remote: int = 0
    fetching: int = 0
    bytes_total: int = 0
    bytes_given_up: int = 0
    from_store: int = 0
    from_archive: int = 0
    elapsed_s: float = 0.0
    recent_bytes: int = 0
    recent_s: float = 0.0

    @property
    def bytes_done(self) -> int:
        return self.from_store + self.from_archive

    @property
    def bytes_wanted(self) -> int:
        """What the archive will hold: all but what was given up."""
        return max(self.bytes_total - self.bytes_given_up, self.bytes_done)

    @property
    def given_up(self) -> int:
        return self.failed + self.restricted + self.missing

    @property
    def waiting(self) -> int:
        return self.total - self.done - self.given_up - self.remote

    @property
    def rate(self) -> float | None:
        """Bytes per second from the archive of late, once there is something to measure."""
        return Pace(self.recent_bytes, self.recent_s).rate if self.recent_s >= MEASURED_AFTER_S else None

    @property
    def left_s(self) -> float | None:
        return (self.bytes_wanted - self.bytes_done) / self.rate if self.rate else None

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"given_up": self.given_up}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Progress":
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})

    def revision(self, bundle: Bundle) -> str:
        """Changes whenever a page about the bundle would."""
        facts = (
            (bundle.phase, bundle.waits_for, self.total, self.done),
            (self.failed, self.restricted, self.missing, self.fetching, self.bytes_done),
        )
        return sha256(repr(facts).encode()).hexdigest()[:16]


def progress_of(bundle: Bundle, *, with_rate: bool = False) -> Progress:
    """How far the bundle has come; of a complete one, as it was then."""
    if bundle.summary is not None:
        return Progress.from_json(bundle.summary)
    now = timezone.now()
    elapsed_s = ((bundle.ended_at or now) - bundle.started_at).total_seconds() if bundle.started_at else 0.0
    counts = _counts(bundle)
    coming = coming_of(bundle) if counts["fetching"] else {}
    counts["from_archive"] += sum(span.bytes for span in coming.values())
    progress = Progress(**counts, elapsed_s=elapsed_s)
    if not with_rate or not bundle.is_under_way or bundle.waits_for:
        return progress
    lately = _lately(bundle, coming, now)
    return replace(progress, recent_bytes=lately.bytes, recent_s=lately.busy_s)


def coming_of(bundle: Bundle) -> dict[str, Span]:
    """How many bytes came so far of the files being fetched now, and when, by data URI."""
    rows = BundleFile.objects.filter(bundle_id=bundle.pk, phase=Phase.EXECUTING)
    since = {uri: at for uri, at in rows.values_list("data_uri", "started_at") if at is not None}
    coming = StoredFile.objects.filter(data_uri__in=since, phase=Phase.EXECUTING)
    columns = ("data_uri", "received_bytes", "lease_until")
    return {uri: _span(since[uri], received, until) for uri, received, until in coming.values_list(*columns)}


def _span(since: datetime, received_bytes: int, lease_until: datetime | None) -> Span:
    """Bytes are noted when the lease is renewed, which is every few seconds."""
    noted_at = lease_until - timedelta(seconds=settings.LEASE_S) if lease_until else since
    return Span(since.timestamp(), max(since, noted_at).timestamp(), received_bytes)


def _lately(bundle: Bundle, coming: dict[str, Span], now: datetime) -> Pace:
    ended = BundleFile.objects.filter(
        bundle_id=bundle.pk, status=Status.OK, was_here=False, started_at__isnull=False
    )
    ended = ended.filter(ended_at__gt=now - WINDOW, size_bytes__isnull=False).order_by("-ended_at")
    rows = ended.values_list("started_at", "ended_at", "size_bytes")[:MOST_MEASURED]
    spans = [
        Span(start.timestamp(), end.timestamp(), size)
        for start, end, size in rows
        if start is not None and end is not None and size is not None
    ]
    since_s = (now - WINDOW).timestamp()
    if len(rows) == MOST_MEASURED:  # so many small ones that they are all of the time that is looked at
        since_s = max(since_s, min(span.end_s for span in spans))
    return pace_of([*spans, *coming.values()], since_s)


def _counts(bundle: Bundle) -> dict[str, int]:
    size = Coalesce("size_bytes", "expected_bytes", 0, output_field=BigIntegerField())
    ok, given_up = Q(status=Status.OK), Q(status__in=GIVEN_UP)

    def total_of(which: Q) -> Coalesce:
        return Coalesce(Sum(size, filter=which), 0, output_field=BigIntegerField())

    return BundleFile.objects.filter(bundle_id=bundle.pk).aggregate(
        total=Count("pk"),
        done=Count("pk", filter=ok),
        failed=Count("pk", filter=Q(status=Status.FAILED)),
        restricted=Count("pk", filter=Q(status=Status.RESTRICTED)),
        missing=Count("pk", filter=Q(status=Status.MISSING)),
        remote=Count("pk", filter=Q(status=Status.REMOTE)),
        fetching=Count("pk", filter=Q(phase=Phase.EXECUTING)),
        bytes_total=total_of(~Q(status=Status.REMOTE)),
        bytes_given_up=total_of(given_up),
        from_store=total_of(ok & Q(was_here=True)),
        from_archive=total_of(ok & Q(was_here=False)),
    )
