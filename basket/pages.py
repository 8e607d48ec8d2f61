"""Owns what the templates of baskets and bundles need, worked out beforehand. Knows no requests."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

from accounts.refusal import links
from basket.amounts import size_in_words, wait_in_words
from basket.contents import PLANNED_LEVEL
from basket.models import Bundle, BundleFile
from basket.phases import Phase, Status
from basket.progress import Progress, progress_of
from basket.sums import State

BUNDLES_A_PAGE = 25
SHOWN_FAILURES = 200
SHOWN_LINES = 1000
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
    def badge(self) -> str:
        return "stale" if self.is_expired else WORDS[Phase(self.bundle.phase)][0]

    @property
    def state(self) -> str:
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


def bundle_page(bundle: Bundle, address: str, may_write: bool) -> dict[str, Any]:
    """A bundle's page, whole or its growing part; `address` is where a program downloads it."""
    view = BundleView.of(bundle)
    bad = BundleFile.objects.filter(bundle_id=bundle.pk).exclude(status__in=[Status.OK, Status.WAITING])
    return {
        "bundle": bundle,
        "view": view,
        "progress": view.progress,
        "revision": view.progress.revision(bundle),
        "failures": list(bad.order_by("n")[:SHOWN_FAILURES]),
        "failures_left_out": max(0, view.progress.given_up + view.progress.remote - SHOWN_FAILURES),
        "now_fetching": list(bundle.files.filter(phase=Phase.EXECUTING).order_by("n")[:8]),
        "address": address,
        "may_write": may_write,
        "access_links": links(),
    }


@dataclass(frozen=True, slots=True)
class Leaf:
    """One observation in the tree of a basket."""

    obsid: str
    row: dict[str, Any]
    failure: str

    @property
    def is_planned(self) -> bool:
        return self.row.get("calib_level") == PLANNED_LEVEL

    @property
    def is_exclusive(self) -> bool:
        return self.row.get("dataRights") not in (None, "PUBLIC") and not self.is_planned


@dataclass(frozen=True, slots=True)
class Branch:
    """The observations of one programme."""

    mission: str
    programme: str
    principal_investigator: str
    leaves: list[Leaf]


def tree_of(state: State) -> list[Branch]:
    """A basket's observations by mission and programme, in the order of their names."""
    failures = dict(state.harvest.failed)
    leaves = [
        Leaf(str(row["obsid"]), row, failures.get(str(row["obsid"]), ""))
        for row in state.contents.lines[:SHOWN_LINES]
    ]
    leaves.sort(key=lambda leaf: (*_programme(leaf), str(leaf.row.get("obs_id") or "")))
    return [
        Branch(mission, programme, _first(leaf.row.get("proposal_pi") for leaf in found), found)
        for (mission, programme), group in groupby(leaves, key=_programme)
        for found in [list(group)]
    ]


def _programme(leaf: Leaf) -> tuple[str, str]:
    return str(leaf.row.get("obs_collection") or ""), str(leaf.row.get("proposal_id") or "")


def _first(values: Iterable[Any]) -> str:
    return next((str(value) for value in values if value), "")
