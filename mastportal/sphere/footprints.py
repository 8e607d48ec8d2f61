"""The footprints of all rows of a table, with a cap around each shape; knows no columns and no filters."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mastportal.sphere.stcs import MISSING, READ, REASONS, TOO_WIDE, Texts, shapes_of
from mastportal.sphere.vectors import (
    HEMISPHERE,
    Floats,
    Ints,
    Mask,
    caps_around,
    runs,
    unit_vectors,
    within_turn_deg,
)


@dataclass(frozen=True)
class Footprints:
    """P polygons, C circles and T bare positions, each with its row; a position is a circle of no radius.

    `row` (P + C + T,) names the row of every shape in that order; `centre` (…, 3) and `radius` (…, radians)
    are the cap around it. Corners as in Shapes, of the polygons only. `reason` (rows,) is an index into
    REASONS; a row without a shape stands at its position, where it has one.
    """

    num_rows: int
    row: Ints
    centre: Floats
    radius: Floats
    start: Ints
    size: Ints
    ra_deg: Floats
    dec_deg: Floats
    num_positions: int
    reason: NDArray[np.int8]

    @classmethod
    def of(cls, texts: Texts, ra_deg: Floats, dec_deg: Floats) -> Self:
        """From the texts of footprints and the positions, all of shape (rows,); NaN is no position.

        Polygons that no hemisphere holds have no inside, so their rows have no shape.
        """
        shapes = shapes_of(texts)
        reason = shapes.reason
        centre, radius = caps_around(unit_vectors(shapes.ra_deg, shapes.dec_deg), shapes.start)
        reason[shapes.polygon_row[radius > HEMISPHERE]] = TOO_WIDE
        polygon, circle = reason[shapes.polygon_row] == READ, reason[shapes.circle_row] == READ
        start, corner = runs(shapes.start[polygon], shapes.size[polygon])
        placed = np.isfinite(ra_deg) & (np.abs(dec_deg) <= 90) & (reason != READ)
        position = np.flatnonzero(placed)
        middles = [
            unit_vectors(shapes.circle_ra_deg[circle], shapes.circle_dec_deg[circle]),
            unit_vectors(within_turn_deg(ra_deg[position]), dec_deg[position]),
        ]
        return cls(
            num_rows=len(reason),
            row=np.concatenate([shapes.polygon_row[polygon], shapes.circle_row[circle], position]),
            centre=np.concatenate([centre[polygon], *middles]),
            radius=np.concatenate(
                [
                    radius[polygon],
                    np.radians(shapes.circle_radius_deg[circle]),
                    np.zeros(len(position)),
                ]
            ),
            start=start,
            size=shapes.size[polygon],
            ra_deg=shapes.ra_deg[corner],
            dec_deg=shapes.dec_deg[corner],
            num_positions=len(position),
            reason=reason,
        )

    @property
    def num_polygons(self) -> int:
        return len(self.start)

    @property
    def num_circles(self) -> int:
        """Circles that are footprints; the positions come behind them."""
        return len(self.row) - self.num_polygons - self.num_positions

    @property
    def nbytes(self) -> int:
        """Bytes held, those of what is worked out later among them."""
        held = (self.row, self.centre, self.radius, self.start, self.size, self.ra_deg, self.dec_deg)
        return int(sum(array.nbytes for array in held) + self.reason.nbytes + self.num_rows * 8)

    @cached_property
    def first_shape(self) -> Ints:
        """The number of each row's first shape, shape (rows,); -1 for a row that is nowhere."""
        first = np.full(self.num_rows, -1, dtype=np.int64)
        first[self.row[::-1]] = np.arange(len(self.row))[::-1]
        return first

    def unparsed(self, rows: Mask | None = None) -> dict[str, int]:
        """How many rows have a text that was not understood, by the reason; missing ones are no fault."""
        reason = self.reason if rows is None else self.reason[rows]
        count = np.bincount(reason, minlength=len(REASONS))
        return {
            words: int(count[n]) for n, words in enumerate(REASONS) if count[n] and n not in {READ, MISSING}
        }

    def corners_deg(self, polygons: Ints) -> tuple[Floats, Floats, Ints]:
        """RA and Dec (n,) of the corners of chosen polygons, and where each begins among them."""
        begin, place = runs(self.start[polygons], self.size[polygons])
        return self.ra_deg[place], self.dec_deg[place], begin

    def edges(self, polygons: Ints) -> tuple[Floats, Floats, Ints, Ints]:
        """Both ends (n, 3) of the edges of chosen polygons, where each begins among them, how many it has."""
        ra_deg, dec_deg, begin = self.corners_deg(polygons)
        size = self.size[polygons]
        a = unit_vectors(ra_deg, dec_deg)
        following = np.arange(1, len(a) + 1)
        following[begin + size - 1] = begin
        return a, a[following], begin, size
