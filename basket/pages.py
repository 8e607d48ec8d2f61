"""Owns what the templates of baskets and bundles need, worked out beforehand. Knows no requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet

from accounts.access import Person
from accounts.refusal import links
from basket.amounts import size_in_words, wait_in_words
from basket.file_table import OF_STATUS
from basket.models import Bundle, BundleFile
from basket.phases import UNDER_WAY, Phase, Status
from basket.progress import Progress, progress_of
from basket.ways import staging

BUNDLES_A_PAGE = 25
SHOWN_FAILURES = 100
SHOWN_REASONS = 6
WORDS = {
    Phase.PENDING: ("running", "working out the list"),
    Phase.QUEUED: ("running", "queued"),
    Phase.EXECUTING: ("running", "coming in"),
    Phase.COMPLETED: ("done", "ready"),
    Phase.ERROR: ("failed", "failed"),
    Phase.ABORTED: ("stale", "stopped"),
}


@dataclass(frozen=True, slots=True)
class BundleView:
    """A bundle with its progress in words."""

    bundle: Bundle
    progress: Progress

    @classmethod
    def of(cls, bundle: Bundle) -> "BundleView":
        return cls(bundle, progress_of(bundle, with_rate=True))

    @property
    def is_expired(self) -> bool:
        return self.bundle.phase == Phase.COMPLETED and self.bundle.size_bytes is None

    @property
    def is_hollow(self) -> bool:
        """Complete, and nothing in it but the manifest that says why."""
        return self.bundle.is_ready and not self.progress.done

    @property
    def is_pausing(self) -> bool:
        return self.bundle.phase == Phase.EXECUTING and bool(self.bundle.waits_for)

    @property
    def badge(self) -> str:
        if self.is_expired or self.is_hollow or self.is_pausing:
            return "stale"
        return WORDS[Phase(self.bundle.phase)][0]

    @property
    def state(self) -> str:
        if self.is_pausing:
            return "pausing"
        if self.is_hollow:
            return "ready, without files"
        return "expired" if self.is_expired else WORDS[Phase(self.bundle.phase)][1]

    @property
    def again_count(self) -> int:
        """How many files a new bundle of only what failed would have."""
        stopped = self.bundle.phase in (Phase.ERROR, Phase.ABORTED)
        return self.progress.given_up + (self.progress.waiting if stopped else 0)

    @property
    def took_words(self) -> str:
        """How long its files took to come, once they are here."""
        fetched = self.bundle.is_ready and self.progress.from_archive
        return wait_in_words(self.progress.elapsed_s) if fetched else ""

    @property
    def size_words(self) -> str:
        return size_in_words(self.bundle.size_bytes or self.progress.bytes_wanted)

    @property
    def done_words(self) -> str:
        return size_in_words(self.progress.bytes_done)

    @property
    def wanted_words(self) -> str:
        return size_in_words(self.progress.bytes_wanted)

    @property
    def from_store_words(self) -> str:
        return size_in_words(self.progress.from_store)

    @property
    def from_archive_words(self) -> str:
        return size_in_words(self.progress.from_archive)

    @property
    def rate_words(self) -> str:
        return f"{size_in_words(self.progress.rate)}/s" if self.progress.rate else ""

    @property
    def left_words(self) -> str:
        left_s = self.progress.left_s
        return wait_in_words(left_s) if left_s is not None and self.bundle.is_under_way else ""


# What the list of bundles can be narrowed to, in words, and which bundles those are.
KINDS = {
    "under-way": ("under way", Q(phase__in=UNDER_WAY)),
    "ready": ("ready", Q(phase=Phase.COMPLETED, size_bytes__isnull=False)),
    "expired": ("expired", Q(phase=Phase.COMPLETED, size_bytes=None)),
    "ended": ("failed or stopped", Q(phase__in=[Phase.ERROR, Phase.ABORTED])),
}


def bundles_page(seen: QuerySet[Bundle], params: Mapping[str, str]) -> dict[str, Any]:
    """One page of the list of bundles, of those whose name has the words `q`, of one kind or all."""
    words, kind = params.get("q", "").replace("\0", "").strip()[:160], params.get("state", "")
    found = seen
    for word in words.split():
        found = found.filter(Q(name__icontains=word) | Q(folder__icontains=word))
    if kind in KINDS:
        found = found.filter(KINDS[kind][1])
    shown = Paginator(found, BUNDLES_A_PAGE).get_page(params.get("page", "1"))
    narrowed = {"q": words, "state": kind if kind in KINDS else ""}
    return {
        "page": shown,
        "bundles": [BundleView(bundle, progress_of(bundle)) for bundle in shown],
        "words": words,
        "kind": narrowed["state"],
        "kinds": [(name, told) for name, (told, _) in KINDS.items()],
        "is_narrowed": any(narrowed.values()),
        "query": urlencode({name: value for name, value in narrowed.items() if value}),
    }


@dataclass(frozen=True, slots=True)
class Failure:
    """Files that are not in a bundle for one and the same reason; the first of them."""

    status: str
    status_words: str
    reason: str
    count: int
    files: list[BundleFile]

    @property
    def state(self) -> str:
        """What the table of files calls it."""
        return OF_STATUS[Status(self.status)]

    @property
    def more(self) -> int:
        return self.count - len(self.files)


def failures_of(bundle: Bundle) -> list[Failure]:
    """What is not in a bundle, by its most frequent reasons; the table of files has them all."""
    bad = BundleFile.objects.filter(bundle_id=bundle.pk).exclude(status__in=[Status.OK, Status.WAITING])
    reasons = bad.values("status", "error").annotate(count=Count("pk")).order_by("-count", "error")
    return [
        Failure(status, Status(status).label, reason, count, list(same.order_by("n")[:SHOWN_FAILURES]))
        for status, reason, count in reasons[:SHOWN_REASONS].values_list("status", "error", "count")
        for same in [bad.filter(status=status, error=reason)]
    ]


def state_page(bundle: Bundle, address: str, may_write: bool) -> dict[str, Any]:
    """The growing part of a bundle's page; `address` is where a program downloads it."""
    view, failures = BundleView.of(bundle), failures_of(bundle)
    shown = sum(failure.count for failure in failures)
    return {
        "bundle": bundle,
        "view": view,
        "progress": view.progress,
        "revision": view.progress.revision(bundle),
        "failures": failures,
        "failures_more": max(0, view.progress.given_up + view.progress.remote - shown),
        "again_count": view.again_count,
        "address": address,
        "may_write": may_write,
        "access_links": links(),
    }


def staging_page(bundle: Bundle, user: Person) -> dict[str, Any]:
    """The part of a bundle's page about the lab's folder; where there is none it says nothing."""
    offered = staging.is_offered() and bundle.is_ready
    known = staging.of(bundle, user) if offered else None
    return {
        "bundle": bundle,
        "staging_offered": offered,
        "staging": known,
        "staging_folder": staging.address_of(known) if known else "",
        "staging_done": size_in_words(known.bytes_done) if known else "",
        "staging_total": size_in_words(known.bytes_total) if known else "",
        "staging_kept_days": round(settings.STAGING_KEEP_S / 86400),
        "staging_is_ours": settings.STAGING_OWNER != "person",
    }
