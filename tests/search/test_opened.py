"""Tables kept open in a process: bounded in bytes, loaded once."""

import threading
import time

import numpy as np
import pyarrow as pa
import pytest

from mastportal.search.opened import OpenTables
from mastportal.tables.codes import OpenTable

ROWS = 10_000
SIZE = ROWS * 8


def table(value: int = 0) -> OpenTable:
    return OpenTable(pa.table({"n": np.full(ROWS, value)}))


def test_a_table_is_loaded_once() -> None:
    kept = OpenTables(10 * SIZE)
    first = kept.get("a", table)
    assert kept.get("a", lambda: pytest.fail("loaded again")) is first


def test_the_least_recently_used_goes_first() -> None:
    kept = OpenTables(2 * SIZE + SIZE // 2)
    first = kept.get("a", table)
    kept.get("b", table)
    kept.get("a", table)
    kept.get("c", table)
    assert kept.get("a", table) is first
    assert kept.nbytes <= 2 * SIZE
    assert len(kept) == 2


def test_a_table_larger_than_all_stays_until_the_next() -> None:
    kept = OpenTables(SIZE // 2)
    first = kept.get("a", table)
    assert kept.get("a", table) is first
    kept.get("b", table)
    assert len(kept) == 1


def test_what_a_table_has_grown_by_is_counted() -> None:
    kept = OpenTables(100 * SIZE)
    kept.get("a", table).codes("n")
    before = kept.nbytes
    kept.get("a", table)
    assert kept.nbytes > before


def test_a_failed_load_is_tried_again() -> None:
    kept = OpenTables(10 * SIZE)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: table(1 // 0))
    assert kept.get("a", table).num_rows == ROWS


def test_a_forgotten_table_is_loaded_again() -> None:
    kept = OpenTables(10 * SIZE)
    first = kept.get("a", table)
    kept.forget("a")
    kept.forget("never there")
    assert kept.get("a", table) is not first


def test_threads_that_want_the_same_table_load_it_once() -> None:
    kept, loads, found = OpenTables(10 * SIZE), [], []
    start = threading.Barrier(12)

    def load() -> OpenTable:
        loads.append(1)
        time.sleep(0.05)
        return table()

    def get() -> None:
        start.wait()
        found.append(kept.get("a", load))

    threads = [threading.Thread(target=get) for _ in range(12)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(loads) == 1
    assert len({id(each) for each in found}) == 1


def test_one_slow_load_holds_up_no_other_table() -> None:
    kept, loading, may_end = OpenTables(10 * SIZE), threading.Event(), threading.Event()

    def slow() -> OpenTable:
        loading.set()
        may_end.wait(10)
        return table()

    thread = threading.Thread(target=lambda: kept.get("slow", slow))
    thread.start()
    loading.wait(10)
    assert kept.get("quick", table)
    may_end.set()
    thread.join()
