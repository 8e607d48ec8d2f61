"""Owns the way from a snapshot's kept rows to an open table, or to why there are none. Asks nobody."""

import uuid

from django.db import transaction
from django.db.models.functions import Now

from mastportal.mast.errors import BadQuestion
from mastportal.search import keep
from mastportal.search.failures import Broken, Expired, Failed, NotReady
from mastportal.search.models import ResultChunk, ResultSet, Search
from mastportal.search.opened import tables
from mastportal.tables.codes import OpenTable
from mastportal.work import Phase

DAMAGED = "The kept rows of this search are damaged; ask again and they will be fetched anew."


def snapshot(search: Search, pinned: str = "") -> ResultSet:
    """The snapshot whose rows are meant: the `pinned` one, else the newest. Raises NoRows, or BadQuestion."""
    result = _pinned(search, pinned) if pinned else search.current or search.latest
    if result is None or result.is_unfinished:
        raise NotReady("The archive is still being asked; the rows are not here yet.")
    if result.error_kind == Broken.code:
        raise Broken(result.error)
    if result.phase != Phase.COMPLETED:
        raise Failed(result.error, result.error_kind)
    if result.rows_removed_at is not None:
        raise Expired("These rows were kept for their time and are gone; ask again.")
    return result


def _pinned(search: Search, pinned: str) -> ResultSet:
    try:
        return search.results.get(pk=uuid.UUID(pinned))
    except (ValueError, ResultSet.DoesNotExist):
        raise BadQuestion(
            "This search has no such result; leave `result` out to see its newest one.", field="result"
        ) from None


def open_table(result_id: uuid.UUID) -> OpenTable:
    """The rows of a snapshot, ready to be filtered; kept open in this process. Raises Broken or Expired."""
    return tables.get(result_id, lambda: _load(result_id))


def _load(result_id: uuid.UUID) -> OpenTable:
    result = ResultSet.objects.filter(pk=result_id, phase=Phase.COMPLETED, rows_removed_at=None).first()
    if result is None:
        raise Expired("These rows are not kept any more; ask again.")
    try:
        return OpenTable(keep.read_table(result_id, result.row_count))
    except keep.BrokenValue as error:
        _mark_broken(result)
        raise Broken(DAMAGED) from error


@transaction.atomic
def _mark_broken(result: ResultSet) -> None:
    """Nobody is to be shown this snapshot again; the question can be asked anew."""
    Search.objects.filter(current=result).update(current=None)
    ResultSet.objects.filter(pk=result.pk).update(
        phase=Phase.ERROR, error=DAMAGED, error_kind=Broken.code, rows_removed_at=Now()
    )
    drop_rows(result.pk)


def drop_rows(result_id: uuid.UUID) -> None:
    """Remove the kept rows of a snapshot."""
    ResultChunk.objects.filter(result=result_id).delete()
