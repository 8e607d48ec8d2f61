"""Owns how many bytes a programme has, as far as known, and how many of them are stored here already."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mastportal.desk.programmes import Programme
from mastportal.files.models import StoredFile
from mastportal.search import products
from mastportal.search.failures import Broken
from mastportal.work import Phase

# Opening more product lists for one page would keep its reader waiting.
LISTS_OPENED_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Holdings:
    """`lists_known` of `lists` observations have their product list here; `files` and `size_bytes` are what
    those list, each file once where `is_exact`. `stored_files` and `stored_bytes` are in the file store."""

    lists: int
    lists_known: int
    files: int
    size_bytes: int
    is_exact: bool
    stored_files: int
    stored_bytes: int


def holdings_of(programme: Programme, obsids: Sequence[str]) -> Holdings:
    """What is known of the products of these executed observations."""
    state = products.state(obsids)
    files, size_bytes, is_exact = state.products, state.size_bytes, state.here <= 1
    if 1 < state.here <= LISTS_OPENED_MOST:
        files, size_bytes, is_exact = _each_once(obsids) or (files, size_bytes, False)
    stored = stored_sizes(programme)
    return Holdings(
        lists=state.total,
        lists_known=state.here,
        files=files,
        size_bytes=size_bytes,
        is_exact=is_exact,
        stored_files=len(stored),
        stored_bytes=sum(stored),
    )


def _each_once(obsids: Sequence[str]) -> tuple[int, int, bool] | None:
    try:
        table = products.open_products(obsids)
    except Broken:
        return None
    return table.num_rows, int(np.nansum(table.numbers("size"))), True


def stored_sizes(programme: Programme) -> list[int]:
    """The bytes of each file of the programme in the store, in its newest version."""
    newest = (
        StoredFile.objects.filter(
            phase=Phase.COMPLETED,
            programme__in=programme.spellings,
            data_uri__startswith=f"mast:{programme.mission}/",
        )
        .order_by("data_uri", "-version")
        .distinct("data_uri")
    )
    return [size or 0 for size in newest.values_list("size_bytes", flat=True)]
