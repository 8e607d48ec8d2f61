"""Owns how the store notices that the archive's product has changed. Fetches none.

A keyword row that was asked since is believed where it agrees; where it, or the product list, says something
new, and where nothing recent is known, the archive itself is asked: ETag, Last-Modified and length, by HEAD;
where it gives no more than the length, DATE, CAL_VER and CRDS_CTX of the header there.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.utils import timezone

from accounts import token_checks
from accounts.archive import archive
from mastportal.files import entitlement, together
from mastportal.files.facts import HEADER_BYTES, Facts, facts_in
from mastportal.files.hosts import hosts_for
from mastportal.files.models import Access, StoredFile
from mastportal.files.versions import Told, moment
from mastportal.mast import transfer
from mastportal.mast.connection import Archive, Credential
from mastportal.mast.errors import ArchiveError
from mastportal.mast.transfer import Head

ASKED_AT_ONCE = 8
# A program that takes one file over several connections, or goes on with it, is one use.
ONE_USE_S = 2.0


@dataclass(frozen=True, slots=True)
class Question:
    """A stored file that is wanted, what a keyword row and the product list say of it, and for whom."""

    file: StoredFile
    told: Told | None = None
    listed_bytes: int | None = None

    @property
    def is_doubted(self) -> bool:
        """Whether a row or a list says what this copy is not, and did not when it was last looked at."""
        file, told = self.file, self.told
        if self.listed_bytes not in (None, file.size_bytes, file.listed_size_bytes):
            return True
        if told is None or told.agrees_with(file) or told.as_json() == file.told:
            return False
        return told.at is None or file.fetched_at is None or told.at > file.fetched_at

    @property
    def seen_at(self) -> datetime | None:
        """When this copy was last known to be the archive's."""
        told = self.told.at if self.told is not None and self.told.agrees_with(self.file) else None
        return max(filter(None, (self.file.fetched_at, self.file.checked_at, told)), default=None)


def current(
    questions: Iterable[Question], *, asked_at: datetime | None = None, user: User | None = None
) -> dict[int, bool | None]:
    """By its id whether each stored file is what the archive has now; None where that could not be learnt.

    What was learnt after `asked_at` (else just now) less FRESHNESS_TTL_S is believed, the rest asked for,
    several at once: exclusive files with the token of `user`. Not to be called inside a transaction.
    """
    since = (asked_at or timezone.now() - timedelta(seconds=ONE_USE_S)) - timedelta(
        seconds=settings.FRESHNESS_TTL_S
    )
    known, asking = {}, []
    for question in questions:
        if not question.is_doubted and (seen := question.seen_at) is not None and seen >= since:
            known[question.file.pk] = True
        else:
            asking.append(question)
    return known | _ask(asking, user)


def _ask(questions: list[Question], user: User | None) -> dict[int, bool | None]:
    if not questions:
        return {}
    restricted = any(question.file.access == Access.RESTRICTED for question in questions)
    token = token_checks.ready(user) if restricted and user is not None else None
    heads = _Heads(archive(), token.credential if token is not None else None)
    with ThreadPoolExecutor(min(ASKED_AT_ONCE, len(questions))) as pool:
        seen = list(pool.map(heads.of, [question.file for question in questions]))
    if token is not None:
        asked = zip((question.file for question in questions), seen, strict=True)
        entitlement.forget(token, {file.scope for file, head in asked if _is_refused(file, head)})
    verdicts = {
        question.file.pk: _verdict(question, head) for question, head in zip(questions, seen, strict=True)
    }
    verdicts |= _by_their_words(heads, questions, seen)
    _note(questions, verdicts)
    return verdicts


def _by_their_words(
    heads: "_Heads", questions: list[Question], seen: list[Head | None]
) -> dict[int, bool | None]:
    """What the header at the archive tells of files for which only the length spoke so far."""
    files = [
        question.file
        for question, head in zip(questions, seen, strict=True)
        if head is not None and head.found and question.file.header_date
        if _is_same(question.file, head) is None
    ]
    if not files:
        return {}
    with ThreadPoolExecutor(min(ASKED_AT_ONCE, len(files))) as pool:
        told = list(pool.map(heads.words_of, files))
    return {file.pk: words == _own_words(file) for file, words in zip(files, told, strict=True) if words}


def _own_words(file: StoredFile) -> Facts:
    return Facts(file.header_date, file.cal_ver, file.crds_ctx)


def _is_refused(file: StoredFile, head: Head | None) -> bool:
    """Whether the person's own token was refused: what was remembered of it is over."""
    return file.access == Access.RESTRICTED and head is not None and head.status in (401, 403)


class _Heads:
    """Asks by HEAD; once the archive proves out of order, no more. Used from several threads."""

    def __init__(self, asked: Archive, credential: Credential | None) -> None:
        self._archive, self._credential, self._down = asked, credential, Event()

    def of(self, file: StoredFile) -> Head | None:
        credential = self._credential if file.access == Access.RESTRICTED else None
        if self._down.is_set() or (file.access == Access.RESTRICTED and credential is None):
            return None
        try:
            return transfer.announced(
                self._archive, file.data_uri, credential, allowed_hosts=hosts_for(file.data_uri)
            )
        except ArchiveError as error:
            if error.retryable:
                self._down.set()
            return None

    def words_of(self, file: StoredFile) -> Facts | None:
        """What its header there says: only that is read."""
        credential = self._credential if file.access == Access.RESTRICTED else None
        try:
            return facts_in(
                transfer.beginning(
                    self._archive, file.data_uri, HEADER_BYTES, credential, hosts_for(file.data_uri)
                ),
                file.name,
            )
        except ArchiveError:
            return None


def _verdict(question: Question, head: Head | None) -> bool | None:
    """True: the same. False: to be fetched anew. None: not learnt, or the archive has no such file now."""
    if head is None:
        return False if question.is_doubted else None
    if head.status in (401, 403):
        _withdraw(question.file)
    if not head.found:
        return None
    same = _is_same(question.file, head)
    return same if same is not None else not question.is_doubted


def _withdraw(file: StoredFile) -> None:
    """Not public any more: the archive has just refused it to nobody in particular."""
    if file.access == Access.PUBLIC:
        file.access = Access.RESTRICTED
        entitlement.withdraw(file.data_uri)


def _is_same(file: StoredFile, head: Head) -> bool | None:
    """By the strongest validator that both have; None where only the length speaks for it."""
    if head.size_bytes not in (None, file.size_bytes):
        return False
    if head.etag and file.etag:
        return head.etag == file.etag
    changed_at = moment(head.last_modified)
    if changed_at is not None and file.last_modified is not None:
        return changed_at == file.last_modified
    return None


def _note(questions: list[Question], verdicts: dict[int, bool | None]) -> None:
    """Remember what was learnt: when, and that a row or list which says otherwise was looked into."""
    same = [question for question in questions if verdicts[question.file.pk]]
    doubted = [question for question in same if question.is_doubted]
    for question in doubted:
        file = question.file
        file.listed_size_bytes = question.listed_bytes or file.listed_size_bytes
        file.told = question.told.as_json() if question.told is not None else file.told
        file.save(update_fields=["listed_size_bytes", "told"])
    together.change((question.file.pk for question in same), checked_at=Now())
