"""Pairs of a shape and a HEALPix cell of its own size: which of them touch; knows no tables and no MOC.

Polygons are looked at in the plane that touches the sphere at their middle, where great circles are straight.
The edges of cells count as great circles.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from mastportal.sphere import cells as healpix
from mastportal.sphere.footprints import Footprints
from mastportal.sphere.regions import turns
from mastportal.sphere.vectors import Floats, Ints, Mask, angles, arc_distances, dots, flat_axes


@dataclass(frozen=True)
class Pairs:
    """Shape `shape[i]` of the footprints and cell `cell[i]` of one order, both of shape (n,)."""

    footprints: Footprints
    shape: Ints
    cell: Ints
    order: int

    @classmethod
    def around(cls, footprints: Footprints, shapes: Ints, order: int) -> Self:
        """Each shape with the cell of its middle and those beside, as far as their caps meet."""
        cell, owner = healpix.around(healpix.cells_of(footprints.centre[shapes], order), order)
        found = cls(footprints, shapes[owner], cell, order)
        apart = angles(found.middle, footprints.centre[found.shape])
        return found.chosen(apart <= footprints.radius[found.shape] + healpix.REACH / 2**order)

    @cached_property
    def middle(self) -> Floats:
        return healpix.middles(self.cell, self.order)

    @cached_property
    def corner(self) -> Floats:
        return healpix.corners(self.cell, self.order)

    def chosen(self, kept: Mask) -> Self:
        return type(self)(self.footprints, self.shape[kept], self.cell[kept], self.order)

    def touching(self) -> Ints:
        """The cells that touch their shape."""
        polygon = self.shape < self.footprints.num_polygons
        polygons, circles = self.chosen(polygon), self.chosen(~polygon)
        return np.concatenate([polygons.cell[polygons._cut()], circles.cell[circles._reached()]])

    def _cut(self) -> Mask:
        """Of polygons: the middle of the cell is inside, or an edge runs through the cell."""
        if not len(self.cell):
            return np.empty(0, dtype=np.bool_)
        a, b, begin, size = self.footprints.edges(self.shape)
        plane = _Plane(np.repeat(self.footprints.centre[self.shape], size, axis=0))
        a, b = plane.flat(a), plane.flat(b)
        inside = np.add.reduceat(turns(a, b, plane.flat(np.repeat(self.middle, size, axis=0))), begin) != 0
        corner = [plane.flat(np.repeat(self.corner[:, n], size, axis=0)) for n in range(4)]
        found: Mask = inside | np.logical_or.reduceat(_runs_through(a, b, corner), begin)
        return found

    def _reached(self) -> Mask:
        """Of circles: the cell's edge is within the radius, or the centre is in the cell."""
        centre = self.footprints.centre[self.shape]
        edge = arc_distances(centre[:, None], self.corner, np.roll(self.corner, -1, axis=1)).min(axis=1)
        here = healpix.cells_of(centre, self.order) == self.cell
        found: Mask = (edge <= self.footprints.radius[self.shape]) | here
        return found


class _Plane:
    """The planes that touch the sphere at some places (n, 3)."""

    def __init__(self, centre: Floats) -> None:
        self.centre = centre
        self.east, self.north = flat_axes(centre)

    def flat(self, points: Floats) -> Floats:
        """One point (n, 3) in each plane: shape (n, 2)."""
        height = dots(points, self.centre)
        return np.stack([dots(points, self.east) / height, dots(points, self.north) / height], axis=-1)


def _runs_through(a: Floats, b: Floats, corner: list[Floats]) -> Mask:
    """Whether flat edges a-b (n, 2) have a part within convex quadrangles, four of (n, 2): Cyrus and Beck."""
    begin, end = np.zeros(len(a)), np.ones(len(a))
    outside = np.zeros(len(a), dtype=np.bool_)
    turned = _side(corner[0], corner[1], corner[2])
    for n in range(4):
        c, d = corner[n], corner[(n + 1) % 4]
        first, last = _side(c, d, a) * turned, _side(c, d, b) * turned
        outside |= (first < 0) & (last < 0)
        share = first / np.where(first == last, 1.0, first - last)
        begin = np.where((first < 0) & (last >= 0), np.maximum(begin, share), begin)
        end = np.where((first >= 0) & (last < 0), np.minimum(end, share), end)
    found: Mask = ~outside & (begin <= end)
    return found


def _side(a: Floats, b: Floats, point: Floats) -> Floats:
    """Positive for points (n, 2) to the left of lines through a and b."""
    found: Floats = (b[:, 0] - a[:, 0]) * (point[:, 1] - a[:, 1])
    found -= (b[:, 1] - a[:, 1]) * (point[:, 0] - a[:, 0])
    return found
