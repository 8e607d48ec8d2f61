"""Region texts of every spelling met in the archive become the same shapes."""

import pyarrow as pa
import pytest

from mastportal.sandbox.regions import Shapes, parse_regions

CORNERS = [(10.0, 1.0), (11.0, 1.0), (11.0, 2.0)]
NUMBERS = "10 1 11 1 11 2"


def parsed(*texts: str | None) -> Shapes:
    return parse_regions(pa.chunked_array([pa.array(texts, pa.string())]))


def corners(shapes: Shapes) -> list[tuple[float, float]]:
    return list(zip(shapes.vertex_ra_deg.tolist(), shapes.vertex_dec_deg.tolist(), strict=True))


@pytest.mark.parametrize(
    "text",
    [
        f"POLYGON {NUMBERS}",
        f"POLYGON ICRS {NUMBERS}",
        f"polygon j2000 {NUMBERS}",
        f"POLYGON GSC1  {NUMBERS.replace(' ', '   ')}  ",
        f"Polygon FK5 BARYCENTER SPHERICAL2 {NUMBERS}",
        f"POLYGON({NUMBERS.replace(' ', ',')})",
        "POLYGON 1.0e1 1.E0 +11. 1 11 2",
    ],
)
def test_one_polygon_in_every_frame_word(text: str) -> None:
    shapes = parsed(text)
    assert corners(shapes) == CORNERS
    assert shapes.polygon_row.tolist() == [0]


def test_several_polygons_in_a_row() -> None:
    shapes = parsed(
        f"POLYGON {NUMBERS} POLYGON {NUMBERS} 3 4", f"Union ICRS (Polygon {NUMBERS} Circle 1 2 3)"
    )
    assert shapes.polygon_row.tolist() == [0, 0, 1]
    assert shapes.polygon_start.tolist() == [0, 3, 7]
    assert shapes.polygon_size.tolist() == [3, 4, 3]
    assert (shapes.circle_row.tolist(), shapes.circle.tolist()) == ([1], [[1.0, 2.0, 3.0]])


def test_negative_numbers() -> None:
    assert corners(parsed("POLYGON -89.97 66.5 -.5 -1 3 -4.25")) == [
        (-89.97, 66.5),
        (-0.5, -1.0),
        (3.0, -4.25),
    ]


@pytest.mark.parametrize(
    "text",
    [None, "", "   ", "POLYGON", "POLYGON 1 2 3", "POLYGON 1 2 3 4 5 6 7", "CIRCLE 1 2", "1 2 3", "NaN"],
)
def test_what_cannot_be_read_is_no_shape(text: str | None) -> None:
    shapes = parsed(text, f"POLYGON {NUMBERS}", text)
    assert shapes.polygon_row.tolist() == [1]
    assert len(shapes.circle_row) == 0


def test_numbers_before_a_shape_belong_to_nothing() -> None:
    assert corners(parsed(f"7 8 POLYGON {NUMBERS}", "9 9", f"POLYGON {NUMBERS}")) == CORNERS * 2


def test_no_rows() -> None:
    shapes = parsed()
    assert (len(shapes.polygon_row), len(shapes.circle_row)) == (0, 0)
