"""Columns packed for plots, unpacked again and compared with numpy on the plain table."""

import json
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import BadQuery
from mastportal.tables.grammar import TableQuery
from mastportal.tables.points import Wanted, number_of_key, points, words_of

SCHEMA = pa.schema(
    [
        pa.field("obsid", pa.string()),
        pa.field("target_name", pa.string(), metadata={"label": "Target"}),
        pa.field("instrument_name", pa.string()),
        pa.field("calib_level", pa.int64()),
        pa.field("t_min", pa.float64(), metadata={"unit": "MJD", "label": "Start"}),
        pa.field("t_max", pa.float64(), metadata={"unit": "MJD"}),
        pa.field("t_exptime", pa.float64(), metadata={"unit": "s"}),
        pa.field("s_ra", pa.float64(), metadata={"unit": "deg", "ucd": "pos.eq.ra"}),
        pa.field("s_region", pa.string(), metadata={"kind": "none"}),
        pa.field("empty", pa.float64()),
    ],
    metadata={"key": "obsid"},
)
HTML = "<img src=x onerror=alert(1)>"


def opened(rows: list[tuple[Any, ...]]) -> OpenTable:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(list(values), field.type) for values, field in zip(columns, SCHEMA, strict=True)]
    return OpenTable(pa.Table.from_arrays(arrays, schema=SCHEMA))


@pytest.fixture
def table() -> OpenTable:
    return opened(
        [
            ("1", "M 57", "NIRCAM", 3, 59_800.5, 59_800.75, 100.0, 10.0, None, None),
            ("2", HTML, "MIRI", 2, 59_801.0, None, -1.0, 20.0, None, None),
            ("3", "x" * 100_000, "NIRCAM", None, 59_802.0, 59_700.0, 1e308, 30.0, None, None),
            ("4", None, None, 3, math.nan, 59_803.0, 3.0, 40.0, None, None),
            ("5", "M 57", HTML, 3, 59_804.0, math.inf, 0.0, math.inf, None, None),
        ]
    )


def unpacked(body: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    length = int.from_bytes(body[:4], "little")
    assert (4 + length) % 8 == 0
    header = json.loads(body[4 : 4 + length])
    arrays = {}
    for place in header["arrays"]:
        assert place["offset"] % 8 == 0
        kind = np.dtype(place["type"]).newbyteorder("<")
        arrays[place["name"]] = np.frombuffer(body, kind, place["length"], 4 + length + place["offset"])
    return header, arrays


def asked(table: OpenTable, query: str = "", most: int = 500_000, **wanted: Any) -> Any:
    return unpacked(points(table, TableQuery.parse(query, table.schema), Wanted(**wanted), most))


def test_rows_without_a_value_are_counted_not_drawn(table: OpenTable) -> None:
    header, arrays = asked(table, x="t_min", y="t_exptime", colour="instrument_name")
    assert (header["matched"], header["shown"], header["without_value"]) == (5, 3, 2)
    assert arrays["row"].tolist() == [0, 1, 4]
    assert arrays["x"].tolist() == [59_800.5, 59_801.0, 59_804.0]
    assert arrays["y"].tolist() == [100.0, -1.0, 0.0]
    assert (header["x"]["label"], header["x"]["is_time"]) == ("Start", True)
    assert (header["y"]["min"], header["y"]["max"]) == (-1.0, 100.0)


def test_only_what_passes_the_filters(table: OpenTable) -> None:
    header, arrays = asked(table, "f.instrument_name=nircam", x="s_ra", y="t_min")
    assert arrays["row"].tolist() == [0, 2]
    assert header["matched"] == 2
    assert header["x"]["is_ra"] is True


def test_a_logarithm_needs_more_than_nothing(table: OpenTable) -> None:
    header, arrays = asked(table, x="t_exptime", y="s_ra", log=frozenset({"x"}))
    assert arrays["x"].tolist() == [100.0, 3.0]
    assert header["without_value"] == 3


def test_categories_are_text_cut_short(table: OpenTable) -> None:
    header, arrays = asked(table, x="s_ra", y="s_ra", colour="target_name")
    labels = header["colour"]["labels"]
    assert labels == [HTML, "M 57", "x" * 80 + "…"]
    assert [labels[code] for code in arrays["colour"][:3]] == ["M 57", HTML, "x" * 80 + "…"]
    assert arrays["colour"][3] == len(labels) + 1
    assert header["colour"]["without"] == 1
    assert header["colour"]["others"] == 0


def test_a_level_is_a_category_and_a_time_a_scale(table: OpenTable) -> None:
    header, _ = asked(table, x="s_ra", y="s_ra", colour="calib_level")
    assert header["colour"]["labels"] == ["2", "3"]
    header, arrays = asked(table, x="s_ra", y="s_ra", colour="t_min")
    assert (header["colour"]["min"], header["colour"]["is_category"]) == (59_800.5, False)
    assert np.isnan(arrays["colour"][3])


def test_numbers_too_large_for_a_colour_have_none(table: OpenTable) -> None:
    header, arrays = asked(table, x="s_ra", y="s_ra", colour="t_exptime")
    assert np.isnan(arrays["colour"]).tolist() == [False, False, True, False]
    assert (header["colour"]["min"], header["colour"]["max"]) == (-1.0, 100.0)


def test_many_values_share_the_last_colour() -> None:
    rows = [(str(n), f"T{n % 30:02}", "I", 1, 1.0, 2.0, 1.0, n, None, None) for n in range(300)]
    header, arrays = asked(opened(rows), x="s_ra", y="s_ra", colour="target_name")
    assert len(header["colour"]["labels"]) == 8
    assert header["colour"]["others"] == 220 == (arrays["colour"] == 8).sum()


def test_a_bar_without_an_end_is_a_moment(table: OpenTable) -> None:
    header, arrays = asked(table, x="t_min", end="t_max", lane="instrument_name")
    assert arrays["end"].tolist() == [59_800.75, 59_801.0, 59_802.0, 59_804.0]
    assert header["lane"]["labels"] == [HTML, "MIRI", "NIRCAM"]
    assert arrays["lane"].tolist() == [2, 1, 2, 0]


def test_above_the_bound_cells_are_counted_and_none_is_lost() -> None:
    random = np.random.default_rng(5)
    rows = [
        (str(n), "T", "AB"[n % 2], 1, 59_000 + n, 59_001 + n, 10**power, ra, None, None)
        for n, (power, ra) in enumerate(random.uniform((-2, 0), (2, 360), (3000, 2)))
    ]
    table = opened(rows)
    header, arrays = asked(table, most=1000, x="s_ra", y="t_exptime", log=frozenset({"y"}))
    assert header["binned"] is True
    assert arrays["colour"].sum() == header["shown"] == 3000
    ra = np.array([row[7] for row in rows])
    reference, _, _ = np.histogram2d(
        ra, np.log10([row[6] for row in rows]), bins=header["cells"],
        range=[[ra.min(), ra.max()], np.log10([header["y"]["min"], header["y"]["max"]])],
    )  # fmt: skip
    assert reference.sum() == 3000
    assert abs(np.count_nonzero(reference) - len(arrays["x"])) < 0.02 * len(arrays["x"])
    header, arrays = asked(table, most=1000, x="t_min", end="t_max", lane="instrument_name")
    assert arrays["colour"].sum() == 3000
    assert (arrays["end"] > arrays["x"]).all()


def test_one_value_alone_can_be_counted_in_cells() -> None:
    table = opened([(str(n), "T", "A", 1, 5.0, 5.0, 5.0, 5.0, None, None) for n in range(20)])
    _, arrays = asked(table, most=10, x="t_min", y="t_exptime")
    assert arrays["colour"].tolist() == [20.0]


def test_nothing_to_show(table: OpenTable) -> None:
    header, arrays = asked(table, x="empty", y="t_min", colour="empty")
    assert (header["shown"], header["without_value"], len(arrays["x"])) == (0, 5, 0)
    assert header["x"]["min"] is None


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"x": "target_name", "y": "t_min"}, "target_name holds no numbers"),
        ({"x": "t_min", "y": "instrument_name"}, "instrument_name holds no numbers"),
        ({"x": "t_mim", "y": "t_min"}, "Nearest: t_min"),
        ({"x": "t_min", "y": "s_ra", "colour": "s_region"}, "could be told apart"),
        ({"x": "t_min", "end": "obsid", "lane": "obsid"}, "obsid holds no numbers"),
    ],
)
def test_what_cannot_be_drawn_is_said(table: OpenTable, wanted: dict[str, str], said: str) -> None:
    with pytest.raises(BadQuery, match=said):
        asked(table, **wanted)


def test_rows_are_found_by_key_and_named(table: OpenTable) -> None:
    assert number_of_key(table, "3") == 2
    assert number_of_key(table, "9") is None
    assert words_of(table, 1) == {"row": 1, "key": "2", "words": [HTML, "MIRI"]}
    assert len(words_of(table, 2)["words"][0]) == 81
    with pytest.raises(IndexError):
        words_of(table, 5)
