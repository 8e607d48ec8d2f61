"""Region texts (`s_region`) of all rows at once into corners and circles. Knows no geometry and no HTTP."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

Floats = np.ndarray
# The stubs refuse plain texts where the kernels take them.
pc: Any = pyarrow.compute


@dataclass(frozen=True)
class Shapes:
    """Parsed regions: polygons as one run of vertices, circles as centre and radius; both name their row."""

    polygon_row: np.ndarray
    polygon_start: np.ndarray
    vertex_ra_deg: Floats
    vertex_dec_deg: Floats
    circle_row: np.ndarray
    circle: Floats

    @property
    def polygon_size(self) -> np.ndarray:
        return np.diff(np.append(self.polygon_start, len(self.vertex_ra_deg)))


def parse_regions(column: "pa.ChunkedArray[Any]") -> Shapes:
    """Reads POLYGON and CIRCLE shapes, several in one row, with or without a frame word.

    ICRS, J2000, FK5 and GSC1 are one frame here; parentheses and STC-S words between shapes are passed over.
    Works on all rows at once: half a million strings take a second or two.
    """
    text = pc.utf8_upper(column.cast(pa.string()).combine_chunks())
    words = pc.utf8_split_whitespace(pc.utf8_trim(pc.replace_substring_regex(text, "[(),]", " "), " "))
    tokens = pc.list_flatten(words)
    row_of_token = pc.list_parent_indices(words).to_numpy(zero_copy_only=False)
    is_number = pc.match_substring_regex(tokens, r"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(E[-+]?[0-9]+)?$")
    is_polygon, is_circle = (pc.equal(tokens, word) for word in ("POLYGON", "CIRCLE"))
    is_shape = pc.or_(is_polygon, is_circle).to_numpy(zero_copy_only=False)
    numeric = is_number.to_numpy(zero_copy_only=False)
    shape_of_token = np.cumsum(is_shape) - 1
    shape_row = row_of_token[is_shape]
    polygonal = is_polygon.to_numpy(zero_copy_only=False)[is_shape]
    values = np.asarray(pc.cast(tokens.filter(is_number), pa.float64()).to_numpy(zero_copy_only=False))
    owner = shape_of_token[numeric]
    # Numbers before any shape, or in a row that names none, belong to nothing.
    belongs = (owner >= 0) & (
        shape_row[np.maximum(owner, 0)] == row_of_token[numeric] if len(shape_row) else False
    )
    values, owner = values[belongs], owner[belongs]
    count = np.bincount(owner, minlength=len(shape_row))
    good_polygon = polygonal & (count >= 6) & (count % 2 == 0)
    good_circle = ~polygonal & (count == 3)
    corners = values[good_polygon[owner]].reshape(-1, 2) if len(owner) else np.empty((0, 2))
    circles = values[good_circle[owner]].reshape(-1, 3) if len(owner) else np.empty((0, 3))
    starts = np.concatenate([[0], np.cumsum(count[good_polygon] // 2)[:-1]]).astype(np.int64)
    return Shapes(
        shape_row[good_polygon], starts[: int(good_polygon.sum())], corners[:, 0], corners[:, 1],
        shape_row[good_circle], circles,
    )  # fmt: skip
