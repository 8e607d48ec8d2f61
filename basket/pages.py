"""Owns what the templates of baskets and bundles need, worked out beforehand. Knows no requests."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet

from accounts.access import Person
from accounts.refusal import links
from basket.amounts import size_in_words, wait_in_words
from basket.models import Bundle, BundleFile
from basket.phases import Phase, Status
from basket.progress import Progress, progress_of
from basket.ways import staging

BUNDLES_A_PAGE = 25
SHOWN_FAILURES = 100
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
        return cls(bundle, progress_of(bundle))

    @property
    def is_expired(self) -> bool:
        return self.bundle.phase == Phase.COMPLETED and self.bundle.size_bytes is None

    @property
    def is_hollow(self) -> bool:
        """Complete, and nothing in it but the manifest that says why."""
        return self.bundle.is_ready and not self.progress.done

    @property
    def badge(self) -> str:
        if self.is_expired or self.is_hollow:
            return "stale"
        return WORDS[Phase(self.bundle.phase)][0]

    @property
    def state(self) -> str:
        if self.is_hollow:
            return "ready, without files"
        return "expired" if self.is_expired else WORDS[Phase(self.bundle.phase)][1]

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


def bundles_page(seen: QuerySet[Bundle], page: str) -> dict[str, Any]:
    """One page of the list of bundles."""
    shown = Paginator(seen, BUNDLES_A_PAGE).get_page(page)
    return {"page": shown, "bundles": [BundleView.of(bundle) for bundle in shown]}


@dataclass(frozen=True, slots=True)
class Failure:
    """Files that are not in a bundle for one and the same reason; the first of them."""

    status: str
    status_words: str
    reason: str
    count: int
    files: list[BundleFile]

    @property
    def more(self) -> int:
        return self.count - len(self.files)


def failures_of(bundle: Bundle) -> list[Failure]:
    """What is not in a bundle, by reason, the most frequent first."""
    bad = BundleFile.objects.filter(bundle_id=bundle.pk).exclude(status__in=[Status.OK, Status.WAITING])
    reasons = bad.values("status", "error").annotate(count=Count("pk")).order_by("-count", "error")
    return [
        Failure(status, Status(status).label, reason, count, list(same.order_by("n")[:SHOWN_FAILURES]))
        for status, reason, count in reasons[:SHOWN_FAILURES].values_list("status", "error", "count")
        for same in [bad.filter(status=status, error=reason)]
    ]


def bundle_page(bundle: Bundle, address: str, may_write: bool) -> dict[str, Any]:
    """A bundle's page, whole or its growing part; `address` is where a program downloads it."""
    view = BundleView.of(bundle)
    return {
        "bundle": bundle,
        "view": view,
        "progress": view.progress,
        "revision": view.progress.revision(bundle),
        "failures": failures_of(bundle),
        "now_fetching": list(bundle.files.filter(phase=Phase.EXECUTING).order_by("n")[:8]),
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
    }
