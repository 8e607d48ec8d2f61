"""Texts of footprints: every form of them, what is not one, and all the recorded ones."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mastportal.sphere.stcs import REASONS, shapes_of


def reasons(*texts: str | None) -> list[str]:
    return [REASONS[number] for number in shapes_of(texts).reason]


@pytest.mark.parametrize(
    "text",
    [
        "POLYGON 1 2 3 2 3 4 1 4",
        "POLYGON ICRS 1 2 3 2 3 4 1 4",
        "polygon icrs 1 2 3 2 3 4 1 4 1 2",
        "Polygon FK5 1.0 +2 3e0 2. 3 4 1 4",
        "POLYGON J2000  1 2\t3 2\n3 4 1 4 ",
        "POLYGON GSC1 361 2 363 2 363 4 361 4",
        "Polygon ICRS TOPOCENTER -359 2 -357 2 -357 4 -359 4 unit deg",
        "UNION ICRS (POLYGON 1 2 3 2 3 4 1 4)",
        "POLYGON ICRS (1, 2, 3, 2, 3, 4, 1, 4)",
    ],
)
def test_polygons_however_they_are_written(text: str) -> None:
    found = shapes_of([text])
    assert REASONS[found.reason[0]] == "read"
    assert (found.start.tolist(), found.size.tolist()) == ([0], [4])
    assert found.ra_deg == pytest.approx([1, 3, 3, 1])
    assert found.dec_deg == pytest.approx([2, 2, 4, 4])


@pytest.mark.parametrize("text", ["CIRCLE 1 2 0.5", "circle ICRS 361 2 .5", "Union (CIRCLE -359 2 5e-1)"])
def test_circles_however_they_are_written(text: str) -> None:
    found = shapes_of([text])
    assert found.circle_row.tolist() == [0]
    assert [*found.circle_ra_deg, *found.circle_dec_deg, *found.circle_radius_deg] == pytest.approx(
        [1, 2, 0.5]
    )


def test_several_shapes_in_several_rows() -> None:
    found = shapes_of(
        [
            None,
            "POLYGON 1 2 3 2 3 4 POLYGON 5 5 6 5 6 6 5 6CIRCLE 1 1 1".replace("6C", "6 C"),
            "",
            "CIRCLE 7 7 7",
        ]
    )
    assert found.polygon_row.tolist() == [1, 1]
    assert (found.start.tolist(), found.size.tolist()) == ([0, 3], [3, 4])
    assert found.circle_row.tolist() == [1, 3]
    assert [REASONS[number] for number in found.reason] == ["missing", "read", "missing", "read"]


REFUSED = {
    "": "missing",
    " \n ": "missing",
    "POLYGON": "wrong count of numbers",
    "POLYGON 1 2 3 4": "wrong count of numbers",
    "POLYGON 1 2 3 4 5 6 7": "wrong count of numbers",
    "CIRCLE 1 2": "wrong count of numbers",
    "CIRCLE 1 2 3 CIRCLE 1 2 3 4": "wrong count of numbers",
    "CIRCLE 1 2 -3": "number out of range",
    "CIRCLE 1 2 181": "number out of range",
    "CIRCLE 1 91 1": "number out of range",
    "CIRCLE 1e300 1 1": "number out of range",
    "CIRCLE nan 1 1": "number out of range",
    "POLYGON 1 2 3 4 inf -Infinity": "number out of range",
    "POLYGON 1 2 3 4 5 6 GALACTIC": "frame not supported",
    "BOX ICRS 1 2 3 4": "shape not supported",
    "POLYGON 1 2 3 4 5 6 NOT CIRCLE 1 2 3": "shape not supported",
    "1 2 3": "no shape",
    "ICRS": "no shape",
    "1 CIRCLE 1 2 3": "no shape",
    "<img src=x onerror=alert(1)>": "word not understood",
    "POLYGON 1 2 3 4 5 0x6": "word not understood",
    "POLYGON 1 2 3 4 5 6_0": "word not understood",
    "POLYGON 1 2 3 4 5 ６": "word not understood",
    "POLYGON 1 2 3 4 5 6\x00": "word not understood",
    "()": "word not understood",
    "=1+1": "word not understood",
    "POLYGON " + "A" * 100_000: "word not understood",
    "POLYGON " + "9" * 100_000 + " 1 2 3 4 5": "number out of range",
    "POLYGON " + "1 2 " * 60_000: "too long",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text[:30]))
def test_what_is_no_footprint_has_a_reason_and_harms_no_other_row(text: str) -> None:
    assert reasons(text) == [REFUSED[text]]
    assert reasons("CIRCLE 1 2 3", text, None, "CIRCLE +1 2 3") == ["read", REFUSED[text], "missing", "read"]


def test_all_of_them_at_once() -> None:
    assert reasons(*REFUSED) == list(REFUSED.values())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.none()
        | st.text(max_size=30)
        | st.lists(
            st.sampled_from(["POLYGON", "circle", "ICRS", "UNION", "(", ")", "GALACTIC", "x", "nan"])
            | st.floats().map(str)
            | st.integers(-400, 800).map(str),
            max_size=12,
        ).map(" ".join),
        max_size=5,
    )
)
def test_no_text_does_harm(texts: list[str | None]) -> None:
    found = shapes_of(texts)
    together = [REASONS[number] for number in found.reason]
    assert together == [reasons(text)[0] for text in texts], "a row's reason is its own affair"
    read = {row for row, reason in enumerate(together) if reason == "read"}
    assert set(found.polygon_row) | set(found.circle_row) == read
    assert found.size.sum() == len(found.ra_deg)
    for values in (found.ra_deg, found.circle_ra_deg):
        assert ((values >= 0) & (values < 360)).all()


def test_no_rows_and_other_kinds_of_columns() -> None:
    assert len(shapes_of([]).reason) == 0
    column: Any = pa.chunked_array(
        [
            pa.array(["CIRCLE 1 2 3", None]).dictionary_encode(),
            pa.array([]).cast("string").dictionary_encode(),
        ]
    )
    assert shapes_of(column).circle_row.tolist() == [0]


def test_every_recorded_footprint_is_read(recorded: pa.Table) -> None:
    found = shapes_of(recorded["s_region"])
    assert len(found.reason) == 44_241
    assert Counter(REASONS[number] for number in found.reason) == {"missing": 25_393, "read": 18_848}
    assert (len(found.polygon_row), len(found.circle_row)) == (96_124, 467)
    rows = np.bincount(found.polygon_row, minlength=len(found.reason))
    assert (int((rows == 1).sum()), int((rows > 1).sum()), int(rows.max())) == (15_293, 3_088, 202)
