"""Owns archives that are streamed while their files come: their work list, their bytes, their end.

A file enters once it is verified in the store, the manifest comes last. Fetches nothing itself: the workers
do, through the rows of the list. The list goes when the answer ends, breaks or its process dies.
"""

import logging
import uuid
from collections import Counter
from collections.abc import Generator, Iterator
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.db.models import Q, Sum
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponseBase

from accounts.refusal import refusal
from basket import bundles
from basket.amounts import size_in_words
from basket.finishing import entry_of, finish, manifests_of
from basket.handing_out import CONTENT_TYPES
from basket.models import Basket, Bundle, BundleFile
from basket.phases import Phase, Status
from basket.ways.arrivals import Arrivals, Queue, left_out
from basket.ways.growing import Growing, GrowingTar, GrowingZip
from mastportal.files import entitlement, noting, store
from mastportal.files.models import StoredFile
from mastportal.files.streaming import counted, unsized_response, watched
from mastportal.files.watching import watch
from mastportal.mast.errors import ArchiveError
from mastportal.tables.columns import BadQuery
from mastportal.work import Held, lease_end

logger = logging.getLogger(__name__)
ROWS_AT_ONCE = 100


class StillComing(Exception):
    """Product lists are on their way, so nobody knows yet which files are meant."""


class TooLarge(Exception):
    """More than may be streamed; a bundle is the way out."""


@transaction.atomic
def of_basket(basket: Basket, user: User, format: str) -> Bundle:
    """The work list of what the basket's selection wants now. Raises what `listed` does."""
    return listed(bundles.request(basket, user, format, Bundle.Layout.NESTED))


@transaction.atomic
def listed(bundle: Bundle) -> Bundle:
    """A bundle just asked for, made the frozen work list of one answer.

    Raises StillComing, TooLarge, and BadQuery where there is nothing to fetch: the bundle is not there then.
    """
    mark = {"lease_token": uuid.uuid4(), "lease_until": lease_end()}
    Bundle.objects.filter(pk=bundle.pk).update(**mark)
    is_frozen = bundles.freeze(bundle.pk)
    bundle.refresh_from_db()
    if not is_frozen and bundle.phase == Phase.PENDING:
        raise StillComing("The product lists are still on their way; try again in a few seconds.")
    if not is_frozen:
        raise BadQuery(" ".join(bundle.notes), "selection")
    _check_size(bundle)
    return bundle


def _check_size(bundle: Bundle) -> None:
    wanted = bundle.files.exclude(status=Status.REMOTE).aggregate(sum=Sum("expected_bytes"))["sum"] or 0
    if wanted > settings.STREAM_MAX_BYTES:
        raise TooLarge(
            f"This is {size_in_words(wanted)}, and at most {size_in_words(settings.STREAM_MAX_BYTES)} are "
            f"streamed at once. Request a bundle: it has no limit and can be resumed."
        )


def response(request: HttpRequest, bundle: Bundle, queue: Queue, keep: bool = False) -> HttpResponseBase:
    """The answer that streams a work list; with `keep` it becomes an ordinary bundle at its end.

    Raises TooManyStreams; the list is let go then.
    """
    pieces = Streamed(bundle, queue, keep)
    return unsized_response(request, bundle.file_name, CONTENT_TYPES[bundle.format], pieces)


class Streamed:
    """The bytes of one archive, made while they are taken."""

    def __init__(self, bundle: Bundle, queue: Queue, keep: bool) -> None:
        self._bundle, self._queue, self._keep = bundle, queue, keep
        self._is_whole, self._is_closed = False, False
        self._growing: Growing = GrowingTar() if bundle.format == Bundle.Format.TAR else GrowingZip()
        self._pieces = self._run()
        self._restricted: Counter[str] = Counter()  # bytes that left, by what a right to them extends to

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        """Let the work list go, whatever became of the answer."""
        if self._is_closed:
            return
        self._is_closed = True
        self._pieces.close()
        try:
            (_settle if self._is_whole and self._keep else let_go)(self._bundle)
        except DatabaseError:  # the sweep does it, once the lease has run out
            logger.warning("could not let go of the streamed bundle %s", self._bundle.pk, exc_info=True)
        self._note_restricted()
        store.give_back_connection()

    def _run(self) -> Generator[bytes, None, None]:
        assert self._bundle.lease_token is not None
        with Held(Bundle, self._bundle.pk, self._bundle.lease_token).held():
            for file in Arrivals(self._bundle.pk, self._queue):
                yield from self._member(file)
            last = list(manifests_of(self._bundle))
            store.give_back_connection()
            for manifest in last:
                yield from self._growing.member(manifest, _nothing)
            yield self._growing.end()
        self._is_whole = True

    def _member(self, file: BundleFile) -> Iterator[bytes]:
        """One file's bytes; nothing where it turns out, before its first byte, that it may not enter."""
        stored, user = file.stored_file, self._bundle.owner
        assert stored is not None
        try:
            reason = _what_is_wrong(stored, file) if not entitlement.may_read(user, stored) else None
            store.check(stored)
        except ArchiveError as error:
            reason = left_out(Status.FAILED, str(error))
        except store.StoredFileChanged:
            reason = left_out(
                Status.FAILED, "It was changed on the portal's disk, and is fetched anew next time."
            )
        if reason:
            BundleFile.objects.filter(pk=file.pk).update(**reason)
            return
        looked_at = watch(user, [stored], files=lambda: [stored])
        store.give_back_connection()
        entry = entry_of(file, stored, self._bundle.folder, self._bundle.created_at.timestamp())
        pieces = self._growing.member(entry, lambda _, start, stop: store.read(stored, start, stop))
        if looked_at:
            pieces = counted(watched(pieces, looked_at.holds), partial(self._left, stored.scope))
        yield from pieces
        if not self._keep:  # sent: the store need not keep it for this any longer
            BundleFile.objects.filter(pk=file.pk).update(stored_file=None)
            store.give_back_connection()

    def _left(self, scope: str, size_bytes: int) -> None:
        self._restricted[scope] += size_bytes

    def _note_restricted(self) -> None:
        """One entry for the whole answer, of its exclusive files alone."""
        if self._restricted:
            told, total = self._bundle, self._restricted.total()
            noting.served(told.owner, f"stream {told.pk}", self._restricted, total, told.group_id)


def _what_is_wrong(stored: StoredFile, file: BundleFile) -> dict[str, object]:
    sentence = refusal(stored.programme or None, file.principal_investigator or None).sentence
    return left_out(Status.RESTRICTED, sentence)


def _nothing(key: str, start: int, stop: int) -> Iterator[bytes]:
    raise AssertionError("a manifest has its bytes with it")


def let_go(bundle: Bundle) -> None:
    """End a work list: what is queued is never fetched, what is being fetched is given up soon."""
    with transaction.atomic():
        under_way = Bundle.objects.filter(pk=bundle.pk, phase=Phase.EXECUTING)
        if under_way.update(phase=Phase.ABORTED, ended_at=Now()):
            unfinished = bundle.files.filter(phase__in=[Phase.PENDING, Phase.QUEUED, Phase.EXECUTING])
            unfinished.update(phase=Phase.ABORTED, lease_token=None, lease_until=None)
            bundle.files.update(stored_file=None)


def _settle(bundle: Bundle) -> None:
    """All that was streamed, as an ordinary bundle: whole, of known length, and resumable from now on."""
    kept = Bundle.objects.filter(pk=bundle.pk, phase=Phase.EXECUTING)
    kept.update(lease_token=None, lease_until=None)
    finish(bundle.pk)


def complete_at_once(bundle: Bundle) -> bool:
    """Make a work list an ordinary bundle, where nothing of it is left to be fetched; whether it was."""
    if bundle.files.filter(status=Status.WAITING).exists():
        return False
    _settle(bundle)
    bundle.refresh_from_db()
    return bundle.is_ready


def clear() -> None:
    """Let go of lists whose process died, and forget those that have ended."""
    over = Q(lease_token__isnull=False, lease_until__lt=Now())
    ended = Bundle.objects.filter(over, phase=Phase.ABORTED).values_list("pk", flat=True)
    Bundle.objects.filter(pk__in=list(ended[:ROWS_AT_ONCE])).delete()
    for bundle in Bundle.objects.filter(over, phase=Phase.EXECUTING).only("pk")[:ROWS_AT_ONCE]:
        let_go(bundle)
