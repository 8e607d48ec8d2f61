"""Owns the table of a bundle's files: what has become of each, a page at a time, by one state or all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q

from basket.amounts import size_in_words
from basket.manifest import is_web_address
from basket.models import Bundle, BundleFile
from basket.phases import GIVEN_UP, Phase, Status
from basket.progress import Progress, coming_of, progress_of

FILES_A_PAGE = 25
MOST_REASON = 1000
NOT_FETCHED = "not fetched"
COLUMNS = (
    "bundle",
    "n",
    "data_uri",
    "path",
    "status",
    "phase",
    "error",
    "size_bytes",
    "expected_bytes",
    "was_here",
)
BADGES = {
    "here": "done",
    "coming": "running",
    "waiting": "",
    "failed": "failed",
    "missing": "failed",
    "exclusive": "exclusive",
    "link": "stale",
}
STATES = {
    "coming": Q(status=Status.WAITING, phase=Phase.EXECUTING),
    "waiting": Q(status=Status.WAITING) & ~Q(phase=Phase.EXECUTING),
    "here": Q(status=Status.OK),
    "failed": Q(status=Status.FAILED),
    "exclusive": Q(status=Status.RESTRICTED),
    "missing": Q(status=Status.MISSING),
    "link": Q(status=Status.REMOTE),
}
OF_STATUS = {
    Status.OK: "here",
    Status.FAILED: "failed",
    Status.RESTRICTED: "exclusive",
    Status.MISSING: "missing",
    Status.REMOTE: "link",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One file as the table shows it; `received_bytes` of it are here while it comes."""

    file: BundleFile
    state: str
    is_stopped: bool
    may_retry: bool
    received_bytes: int = 0

    @property
    def name(self) -> str:
        """The end of its path, which tells files apart; the page has the whole beside it."""
        return self.file.path.rsplit("/", 1)[-1]

    @property
    def reason(self) -> str:
        return self.file.error[:MOST_REASON]

    @property
    def badge(self) -> str:
        return BADGES[self.state]

    @property
    def words(self) -> str:
        if self.state == "waiting" and self.is_stopped:
            return NOT_FETCHED
        if self.state == "coming" and self.received_bytes:
            return f"{size_in_words(self.received_bytes)} here"
        return "here before" if self.state == "here" and self.file.was_here else self.state

    @property
    def size_bytes(self) -> int | None:
        return self.file.size_bytes if self.file.size_bytes is not None else self.file.expected_bytes

    @property
    def size_words(self) -> str:
        return size_in_words(self.size_bytes)

    @property
    def is_link(self) -> bool:
        return self.state == "link" and is_web_address(self.file.data_uri)


@dataclass(frozen=True, slots=True)
class Choice:
    """A state that the table can be narrowed to, how many files are in it, and where it is shown."""

    state: str
    count: int
    is_on: bool
    query: str
    words: str


def files_page(
    bundle: Bundle, params: Mapping[str, str], may_write: bool, progress: Progress | None = None
) -> dict[str, Any]:
    """One page of the table. Any number and any word shows some page of it."""
    progress = progress or progress_of(bundle)
    counts = counts_of(progress)
    state = params.get("files", "") if params.get("files") in STATES else ""
    total = counts[state] if state else progress.total
    last = max(1, -(-total // FILES_A_PAGE))
    page = min(max(1, _number(params.get("page", ""))), last)
    lines = _lines(bundle, state, page, may_write)
    return {
        "bundle": bundle,
        "lines": lines,
        "has_reasons": any(line.file.error for line in lines),
        "choices": _choices({"": progress.total} | counts, state, bundle.is_under_way),
        "file_state": state,
        "file_page": page,
        "file_pages": last,
        "newer": _query(state, page - 1) if page > 1 else "",
        "further": _query(state, page + 1) if page < last else "",
        "file_query": _query(state, page),
        "file_revision": progress.revision(bundle),
        "may_write": may_write,
    }


def counts_of(progress: Progress) -> dict[str, int]:
    """How many files are in each of STATES."""
    return {
        "coming": progress.fetching,
        "waiting": progress.waiting - progress.fetching,
        "here": progress.done,
        "failed": progress.failed,
        "exclusive": progress.restricted,
        "missing": progress.missing,
        "link": progress.remote,
    }


def _choices(counts: dict[str, int], state: str, is_under_way: bool) -> list[Choice]:
    words = {"": "all"} if is_under_way else {"": "all", "waiting": NOT_FETCHED}
    return [
        Choice(name, count, name == state, _query(name, 1), words.get(name, name))
        for name, count in counts.items()
        if count or name in ("", state)
    ]


def _query(state: str, page: int) -> str:
    return urlencode(({"files": state} if state else {}) | ({"page": page} if page > 1 else {}))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 9 else 1


def _lines(bundle: Bundle, state: str, page: int, may_write: bool) -> list[Line]:
    files = bundle.files.filter(STATES[state]) if state else bundle.files.all()
    at = (page - 1) * FILES_A_PAGE
    rows = list(files.order_by("n").only(*COLUMNS)[at : at + FILES_A_PAGE])
    is_coming = any(row.phase == Phase.EXECUTING for row in rows)
    coming = coming_of(bundle) if is_coming else {}
    may_retry = may_write and bundle.phase == Phase.EXECUTING
    return [
        Line(
            file,
            OF_STATUS.get(Status(file.status), "coming" if file.phase == Phase.EXECUTING else "waiting"),
            not bundle.is_under_way,
            may_retry and file.status in GIVEN_UP,
            coming[file.data_uri].bytes if file.data_uri in coming else 0,
        )
        for file in rows
    ]
