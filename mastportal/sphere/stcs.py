"""Reads texts of footprints (`s_region`, STC-S), all rows at once, into arrays of shapes; knows no geometry.

ICRS, FK5, J2000 and the guide star frames GSC1 and GSC2 are one frame here: they agree to a fraction of an
arcsecond, old outlines of HST less well. A row that is not understood as a whole has no shape and a reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from mastportal.sphere.vectors import Floats, Ints, Mask, within_turn_deg

Texts: TypeAlias = "pa.Array[Any] | pa.ChunkedArray[Any] | Sequence[str | None]"
# The stubs refuse plain texts where the kernels take them.
pc: Any = pyarrow.compute

TEXT_MOST = 200_000
RA_LEAST_DEG, RA_MOST_DEG = -360.0, 720.0

READ, MISSING = 0, 1
REASONS = (
    "read",
    "missing",
    "too long",
    "word not understood",
    "shape not supported",
    "frame not supported",
    "no shape",
    "wrong count of numbers",
    "number out of range",
    "wider than a hemisphere",
)
(_LONG, _WORD, _SHAPE, _FRAME, _NO_SHAPE, _COUNT, _RANGE, TOO_WIDE) = range(2, len(REASONS))

_POLYGON, _CIRCLE, _PASSED, _OTHER_FRAME, _OTHER_SHAPE = range(5)
_MEANING = {
    "POLYGON": _POLYGON,
    "CIRCLE": _CIRCLE,
    **dict.fromkeys(("UNION", "ICRS", "FK5", "J2000", "GSC1", "GSC2", "UNKNOWNFRAME"), _PASSED),
    **dict.fromkeys(("BARYCENTER", "GEOCENTER", "HELIOCENTER", "TOPOCENTER", "LSR"), _PASSED),
    **dict.fromkeys(("UNKNOWNREFPOS", "RELOCATABLE", "SPHERICAL2", "UNIT", "DEG"), _PASSED),
    **dict.fromkeys(("FK4", "B1950", "ECLIPTIC", "GALACTIC", "GALACTIC_II", "SUPER_GALACTIC"), _OTHER_FRAME),
    **dict.fromkeys(("BOX", "ELLIPSE", "POSITION", "POSITIONINTERVAL", "ALLSKY", "CONVEX"), _OTHER_SHAPE),
    **dict.fromkeys(("INTERSECTION", "NOT", "DIFFERENCE"), _OTHER_SHAPE),
}
_WORDS = pa.array(list(_MEANING), pa.string())
_MEANINGS = np.array(list(_MEANING.values()))
_NUMBER = r"^[-+]?(([0-9]+\.?[0-9]*|\.[0-9]+)(E[-+]?[0-9]+)?|NAN|INF|INFINITY)$"


@dataclass(frozen=True, slots=True)
class Shapes:
    """What the texts say, in degrees: P polygons, C circles, each with the row it belongs to (ascending).

    Polygon i has the corners from `start[i]` to `start[i] + size[i]`, the first not repeated at the end; RA
    is from 0 to below 360. `reason` (rows,) tells of each row what became of it: an index into REASONS.
    """

    polygon_row: Ints
    start: Ints
    size: Ints
    ra_deg: Floats
    dec_deg: Floats
    circle_row: Ints
    circle_ra_deg: Floats
    circle_dec_deg: Floats
    circle_radius_deg: Floats
    reason: NDArray[np.int8]


def shapes_of(texts: Texts) -> Shapes:
    """The shapes of all rows. Never raises for what a text says."""
    column = _strings(texts)
    reason = np.zeros(len(column), dtype=np.int8)
    tokens, row_of_token = _tokens(column, reason)
    kind, numbers = _understood(tokens, row_of_token, reason)
    is_number = kind < 0
    is_shape = (kind == _POLYGON) | (kind == _CIRCLE)
    for row in (row_of_token[kind == _OTHER_FRAME], _FRAME), (row_of_token[kind == _OTHER_SHAPE], _SHAPE):
        _blame(reason, *row)
    shape_row, shape_kind = row_of_token[is_shape], kind[is_shape]
    owner = (np.cumsum(is_shape) - 1)[is_number]
    number_row = row_of_token[is_number]
    owned = owner >= 0
    owned[owned] = shape_row[owner[owned]] == number_row[owned]
    _blame(reason, number_row[~owned], _NO_SHAPE)
    shapeless = np.bincount(shape_row, minlength=len(reason)) == 0
    _blame(reason, np.flatnonzero(shapeless), _NO_SHAPE)
    return _shapes(shape_row, shape_kind, owner[owned], numbers[owned], reason)


def _strings(texts: Texts) -> "pa.Array[Any]":
    if not isinstance(texts, pa.Array | pa.ChunkedArray):
        texts = pa.array(texts, pa.string())
    column = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return cast("pa.Array[Any]", column.cast(pa.string()))


def _tokens(column: "pa.Array[Any]", reason: NDArray[np.int8]) -> tuple["pa.Array[Any]", Ints]:
    """The words of all rows in capitals, and the row of each; blank and overlong rows have none."""
    upper = pc.ascii_trim_whitespace(pc.ascii_upper(column))
    length = pc.fill_null(pc.binary_length(upper), 0).to_numpy(zero_copy_only=False)
    reason[length == 0] = MISSING
    reason[length > TEXT_MOST] = _LONG
    texts = pc.if_else(pa.array((length > 0) & (length <= TEXT_MOST)), upper, None)
    joined = pc.fill_null(pc.match_substring_regex(texts, "[(),]"), False)
    if pc.any(joined).as_py():
        loose = pc.replace_substring_regex(texts.filter(joined), "[(),]+", " ")
        texts = pc.replace_with_mask(texts, joined, pc.ascii_trim_whitespace(loose))
    words = pc.ascii_split_whitespace(texts)
    rows = pc.list_parent_indices(words).to_numpy(zero_copy_only=False).astype(np.int64)
    return pc.list_flatten(words), rows


def _understood(
    tokens: "pa.Array[Any]", row_of_token: Ints, reason: NDArray[np.int8]
) -> tuple[NDArray[np.int64], Floats]:
    """What each token means (-1: a number), and the numbers; a strange word spoils its row."""
    found = pc.fill_null(pc.index_in(tokens, value_set=_WORDS), -1).to_numpy(zero_copy_only=False)
    kind = np.where(found < 0, -1, _MEANINGS[found]).astype(np.int64)
    said = tokens.filter(pa.array(found < 0))
    try:
        return kind, pc.cast(said, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        is_number = pc.match_substring_regex(said, _NUMBER)
        strange = ~is_number.to_numpy(zero_copy_only=False)
        _blame(reason, row_of_token[found < 0][strange], _WORD)
        plain = pc.if_else(is_number, pc.ascii_ltrim(said, "+"), "0")
        return kind, pc.cast(plain, pa.float64()).to_numpy(zero_copy_only=False)


def _blame(reason: NDArray[np.int8], rows: Ints, why: int) -> None:
    """The first reason found stays."""
    reason[rows[reason[rows] == READ]] = why


def _shapes(shape_row: Ints, kind: Ints, owner: Ints, numbers: Floats, reason: NDArray[np.int8]) -> Shapes:
    count = np.bincount(owner, minlength=len(shape_row))
    is_polygon = kind == _POLYGON
    well_counted = np.where(is_polygon, (count >= 6) & (count % 2 == 0), count == 3)
    _blame(reason, shape_row[~well_counted], _COUNT)
    _blame(reason, shape_row[owner[~_in_range(owner, count, is_polygon, numbers)]], _RANGE)
    good = reason[shape_row] == READ
    polygon, circle = good & is_polygon, good & ~is_polygon
    corner = numbers[polygon[owner]].reshape(-1, 2)
    middle = numbers[circle[owner]].reshape(-1, 3)
    start, size, kept = _opened(count[polygon] // 2, corner)
    return Shapes(
        polygon_row=shape_row[polygon],
        start=start,
        size=size,
        ra_deg=within_turn_deg(corner[kept, 0]),
        dec_deg=corner[kept, 1].copy(),
        circle_row=shape_row[circle],
        circle_ra_deg=within_turn_deg(middle[:, 0]),
        circle_dec_deg=middle[:, 1].copy(),
        circle_radius_deg=middle[:, 2].copy(),
        reason=reason,
    )


def _in_range(owner: Ints, count: Ints, is_polygon: Mask, numbers: Floats) -> Mask:
    """Whether each number can be what it stands for; only meant for shapes with the right count of them."""
    place = np.arange(len(numbers)) - (np.cumsum(count) - count)[owner]
    is_radius = ~is_polygon[owner] & (place == 2)
    is_dec = (place % 2 == 1) & ~is_radius
    least = np.where(is_radius, 0.0, np.where(is_dec, -90.0, RA_LEAST_DEG))
    most = np.where(is_radius, 180.0, np.where(is_dec, 90.0, RA_MOST_DEG))
    fits: Mask = (numbers >= least) & (numbers <= most)
    return fits


def _opened(size: Ints, corner: Floats) -> tuple[Ints, Ints, Mask]:
    """Starts and sizes of polygons, and which corners stay: not the last where it repeats the first."""
    end = np.cumsum(size)
    kept = np.ones(len(corner), dtype=np.bool_)
    last, first = end - 1, end - size
    closed = (corner[last] == corner[first]).all(axis=1) & (size > 1)
    kept[last[closed]] = False
    size = (size - closed).astype(np.int64)
    return (np.cumsum(size) - size).astype(np.int64), size, kept
