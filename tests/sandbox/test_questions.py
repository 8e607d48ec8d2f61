"""Selections are made once per question, and forgotten by size."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from mastportal.sandbox.opened import OpenTable, Shelf
from mastportal.sandbox.questions import Remembered, Selection, by_filters

TABLE = pa.table({"a": ["x", "y", "x"]})
ONLY_X = {"columns": "*", "filters": [{"paramName": "a", "values": ["x"]}]}


class Counted:
    """`by_filters`, counting."""

    __name__ = "counted"

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, opened: OpenTable, params: Mapping[str, object]) -> Selection:
        self.times += 1
        return by_filters(opened, params)


def test_other_columns_and_pages_filter_nothing_again() -> None:
    remembered, select, opened = Remembered(), Counted(), OpenTable(TABLE)
    first = remembered.get(select, opened, ONLY_X)
    again = remembered.get(select, opened, ONLY_X | {"columns": "a", "cacheBreaker": "7"})
    assert first is again
    assert first.rows.tolist() == [0, 2]
    assert select.times == 1


def test_another_question_or_another_table_is_asked() -> None:
    remembered, select, opened = Remembered(), Counted(), OpenTable(TABLE)
    remembered.get(select, opened, ONLY_X)
    remembered.get(select, opened, {"filters": []})
    remembered.get(select, OpenTable(TABLE), ONLY_X)
    assert select.times == 3


def test_bounded_in_bytes() -> None:
    opened = OpenTable(pa.table({"a": pa.array(np.arange(1000))}))
    remembered, select = Remembered(keep_bytes=20_000), Counted()
    for low in range(10):
        remembered.get(select, opened, {"filters": [{"paramName": "a", "values": [{"min": low}]}]})
    remembered.get(select, opened, {"filters": [{"paramName": "a", "values": [{"min": 0}]}]})
    assert select.times == 11


def test_a_table_put_in_anothers_place_is_opened_anew() -> None:
    shelf = Shelf()
    first = shelf.get("observations", TABLE)
    assert shelf.get("observations", TABLE) is first
    assert shelf.get("observations", TABLE.slice(1)).num_rows == 2


def test_codes_of_texts_nulls_and_other_types() -> None:
    opened = OpenTable(pa.table({"a": ["x", None, "x"], "b": [True, None, False], "c": [3, 3, None]}))
    texts, codes = opened.codes("a")
    assert (texts.to_pylist(), codes.tolist()) == (["x"], [0, -1, 0])
    assert opened.codes("b")[0].to_pylist() == ["true", "false"]
    assert opened.codes("c")[1].tolist() == [0, 0, -1]


def test_codes_of_a_table_without_rows() -> None:
    texts, codes = OpenTable(pa.table({"a": pa.array([], pa.string())})).codes("a")
    assert (texts.to_pylist(), codes.tolist()) == ([], [])
