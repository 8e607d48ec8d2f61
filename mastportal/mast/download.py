"""One product on its way to one temporary file: attempts, continuation, agreement, verification."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import stamina

from mastportal.mast.byte_answer import Answer, ComeBackLater, NoSuchPart
from mastportal.mast.checks import Broken, check_structure
from mastportal.mast.connection import Archive
from mastportal.mast.errors import ArchiveError, ArchiveRests, AskedToWait, TimedOut, Unavailable, may_pass
from mastportal.mast.partial import Partial
from mastportal.mast.sources import ARCHIVE, Ask

LONGEST_WAIT_S, LONGEST_REST_S = 30.0, 3600.0
# A server that drips slower than this over a whole stall limit counts as silent.
SLOWEST_BYTES_PER_S = 256
# Attempts are counted anew after this much came: a long file over a bad line gets there.
PROGRESS_BYTES = 16 << 20
# Line noise breaks each copy differently; a file that is broken at the archive comes alike.
SAME_BROKEN_COPIES = 4


class StaysBroken(ArchiveError):
    """The archive sent the same broken file again and again: asking once more does not mend it."""


class SizeDiffers(ArchiveError):
    """The archive announces another size than its product list: the product was made anew since."""

    def __init__(self, message: str, size_bytes: int) -> None:
        super().__init__(message)
        self.size_bytes = size_bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a copy must be, as far as lists and keyword rows tell.

    With `size_is_advice` the length that comes with the bytes counts, and `size_bytes` only where none does.
    `md5_applies` is asked of the whole copy, not kept yet, whether `md5` is meant for it.
    """

    size_bytes: int | None = None
    size_is_advice: bool = False
    md5: str | None = None
    md5_applies: Callable[[Path], bool] | None = None


@dataclass(frozen=True, slots=True)
class Transferred:
    """What arrived, and from where; `md5` where one was expected.

    `was_public` when the archive gives it to nobody in particular. ETag and date are the archive's own.
    """

    size_bytes: int
    crc32: int
    sha256: str
    etag: str
    last_modified: str
    was_public: bool
    md5: str = ""
    origin: str = ARCHIVE


def again(error: Exception) -> bool | float:
    """Retry by kind; where the archive named a time, after that one, unless it is too long to wait here."""
    if isinstance(error, ComeBackLater):
        return error.after_s if error.after_s <= LONGEST_WAIT_S else False
    return may_pass(error)


@dataclass(slots=True)
class Download:
    """The bytes of `name`, opened by `ask`; `total_bytes` is what the last answer with data announced.

    How long is waited for what, `manners` says.
    """

    name: str
    ask: Ask
    manners: Archive
    partial: Partial
    wanted: Wanted
    on_progress: Callable[[int], None] | None
    attempts: int
    etag: str = ""
    last_modified: str = ""
    total_bytes: int | None = None
    broken: Counter[str] = field(default_factory=Counter)
    rested_s: float = 0.0

    def run(self) -> None:
        """Fill `partial` with the whole file, verified. Raises what the last attempt did."""
        while True:
            had = self.partial.size_bytes
            try:
                return self._try_several_times()
            except ArchiveRests as rests:
                self._sit_out(rests)
            except (Unavailable, TimedOut) as error:
                if isinstance(error, ComeBackLater) and error.after_s > LONGEST_WAIT_S:
                    self._sit_out(AskedToWait(str(error), error.after_s))
                elif self.partial.size_bytes - had < PROGRESS_BYTES:
                    raise

    def _sit_out(self, rests: ArchiveRests) -> None:
        """Wait here with what has come, where it is much and can be continued. Raises `rests` elsewhere."""
        self.rested_s += max(1.0, rests.after_s)
        worth_it = self.partial.size_bytes >= PROGRESS_BYTES and self._resume_headers()
        if not worth_it or self.rested_s > LONGEST_REST_S:
            raise rests
        until = time.monotonic() + rests.after_s
        while (left_s := until - time.monotonic()) > 0:
            self._tell_progress()
            time.sleep(min(left_s, 1.0))

    def _try_several_times(self) -> None:
        for attempt in stamina.retry_context(
            again,
            attempts=self.attempts,
            timeout=None,
            wait_initial=self.manners.poll_s / 5,
            wait_max=LONGEST_WAIT_S,
            wait_jitter=self.manners.poll_s / 3,
        ):
            with attempt:
                self._tell_progress()
                try:
                    self._receive()
                except NoSuchPart:
                    self.partial.restart()
                    raise
                self._verify()

    def _receive(self) -> None:
        with self.ask(self._resume_headers(), self._tell_progress) as answer:
            self._agree(answer)
            pace = _Pace(self.manners.stall_s)
            for piece in answer.pieces():
                self.partial.write(piece, with_md5=self.wanted.md5 is not None)
                self._tell_progress()
                pace.note(len(piece))
        if self.total_bytes is not None and self.partial.size_bytes != self.total_bytes:
            raise Unavailable(f"The archive broke off in the middle of {self.name}.")

    def _resume_headers(self) -> dict[str, str]:
        """Ask for the rest only where a strong validator lets the server say that it is the same file."""
        # A date counts only where there is no tag (RFC 9110, 13.1.5); a weak one says that bytes may differ.
        validator = "" if self.etag.startswith("W/") else self.etag or self.last_modified
        if not self.partial.size_bytes or not validator:
            return {}
        return {"Range": f"bytes={self.partial.size_bytes}-", "If-Range": validator}

    def _agree(self, answer: Answer) -> None:
        """Go on where the answer fits what is here, else start again with what it brings."""
        fits = (
            answer.first_byte == self.partial.size_bytes
            and (answer.total_bytes, answer.etag) == (self.total_bytes, self.etag)
            and answer.last_modified in ("", self.last_modified)
        )
        if self.partial.size_bytes and not fits:
            self.partial.restart()
            if answer.first_byte != 0:
                self.etag = self.last_modified = ""
                raise Unavailable(f"The archive changed {self.name} while it was coming.")
        elif answer.first_byte != self.partial.size_bytes:
            raise Unavailable(f"The archive sent another part of {self.name} than was asked for.")
        self.etag, self.last_modified, self.total_bytes = (
            answer.etag,
            answer.last_modified,
            answer.total_bytes,
        )
        expected, told = self.wanted.size_bytes, answer.total_bytes
        if expected is not None and told is not None and told != expected and not self.wanted.size_is_advice:
            raise SizeDiffers(
                f"The archive has {self.name} with {told} bytes, its product list said {expected}.",
                told,
            )

    def _verify(self) -> None:
        """Size, checksum and structure; what fails is fetched anew from its first byte."""
        partial, name = self.partial, self.name
        try:
            size = self.wanted.size_bytes if self.total_bytes is None else self.total_bytes
            if size not in (None, partial.size_bytes):
                raise Broken(f"{name} came with {partial.size_bytes} of {size} bytes.")
            check_structure(partial.path, name, self._tell_progress)
            if self._has_another_md5():
                raise Broken(f"{name} came with another checksum than the archive gives for it.")
        except Broken as error:
            self.broken[partial.sha256] += 1
            if self.broken[partial.sha256] == SAME_BROKEN_COPIES:
                raise StaysBroken(str(error)) from None
            partial.restart()
            raise

    def _has_another_md5(self) -> bool:
        md5, applies = self.wanted.md5, self.wanted.md5_applies
        if md5 is None or self.partial.md5 == md5.lower():
            return False
        return applies is None or applies(self.partial.path)

    def _tell_progress(self) -> None:
        if self.on_progress is not None:
            self.on_progress(self.partial.size_bytes)


class _Pace:
    """Notices a connection that drips: alive for each read, dead for the file."""

    def __init__(self, window_s: float) -> None:
        self._window_s, self._since, self._bytes = window_s, time.monotonic(), 0

    def note(self, count: int) -> None:
        self._bytes += count
        elapsed_s = time.monotonic() - self._since
        if elapsed_s < self._window_s:
            return
        if self._bytes < SLOWEST_BYTES_PER_S * elapsed_s:
            raise TimedOut("The archive sent next to nothing for too long.")
        self._since, self._bytes = time.monotonic(), 0
