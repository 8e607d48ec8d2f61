"""Owns how far a bundle has come, in files and bytes, and the mark by which a page knows no change."""

from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from django.db.models import BigIntegerField, Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from basket.models import Bundle, BundleFile
from basket.phases import Phase, Status
from mastportal.files.models import StoredFile

MEASURED_AFTER_S = 2.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of files by what became of them; bytes of all, of those here, and where they came from."""

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
        """Bytes per second from the archive, once there is something to measure."""
        if not self.from_archive or self.elapsed_s < MEASURED_AFTER_S:
            return None
        return self.from_archive / self.elapsed_s

    @property
    def left_s(self) -> float | None:
        return (self.bytes_wanted - self.bytes_done) / self.rate if self.rate else None

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"given_up": self.given_up}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Progress":
        return cls(**{name: stored[name] for name in cls.__slots__})

    def revision(self, bundle: Bundle) -> str:
        """Changes whenever a page about the bundle would."""
        facts = (bundle.phase, self.total, self.done, self.given_up, self.fetching, self.bytes_done)
        return sha256(repr(facts).encode()).hexdigest()[:16]


def progress_of(bundle: Bundle) -> Progress:
    """How far the bundle has come; of a complete one, as it was then."""
    if bundle.summary is not None:
        return Progress.from_json(bundle.summary)
    ended_at = bundle.ended_at or timezone.now()
    elapsed_s = (ended_at - bundle.started_at).total_seconds() if bundle.started_at else 0.0
    counts = _counts(bundle)
    if counts["fetching"]:
        counts["from_archive"] += _received(bundle)
    return Progress(**counts, elapsed_s=elapsed_s)


def _received(bundle: Bundle) -> int:
    """Bytes that came so far of the files being fetched now."""
    uris = BundleFile.objects.filter(bundle_id=bundle.pk, phase=Phase.EXECUTING).values("data_uri")
    coming = StoredFile.objects.filter(data_uri__in=uris, phase=Phase.EXECUTING)
    return int(coming.aggregate(sum=Coalesce(Sum("received_bytes"), 0))["sum"])


def _counts(bundle: Bundle) -> dict[str, int]:
    size = Coalesce("size_bytes", "expected_bytes", 0, output_field=BigIntegerField())
    ok, given_up = Q(status=Status.OK), Q(status__in=[Status.FAILED, Status.RESTRICTED, Status.MISSING])

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
