"""HEALPix by its published formulae: directions to places on the twelve faces and back. Knows no stars.

Gorski et al. 2005 (ApJ 622, 759), nested numbering. A place is a face, 0 to 11, and x, y from 0 to 1 on it.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_RING_OF_FACE = np.array([2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4])
_TURN_OF_FACE = np.array([1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7])
_CAP_Z = 2 / 3


def places(ra_rad: Floats, dec_rad: Floats) -> tuple[Ints, Floats, Floats]:
    """Face, x and y of directions, all of one shape."""
    z, turn = np.sin(dec_rad), np.mod(ra_rad / (np.pi / 2), 4)
    belt_face, belt_x, belt_y = _in_belt(z, turn)
    cap_face, cap_x, cap_y = _in_cap(z, turn)
    is_cap = np.abs(z) > _CAP_Z
    return (
        np.where(is_cap, cap_face, belt_face),
        np.where(is_cap, cap_x, belt_x),
        np.where(is_cap, cap_y, belt_y),
    )


def _in_belt(z: Floats, turn: Floats) -> tuple[Ints, Floats, Floats]:
    down, up = 0.5 + turn - 0.75 * z, 0.5 + turn + 0.75 * z
    row, column = np.floor(down).astype(np.int64), np.floor(up).astype(np.int64)
    face = np.where(row == column, row % 4 + 4, np.where(row < column, row % 4, column % 4 + 8))
    return face, up - column, 1 - (down - row)


def _in_cap(z: Floats, turn: Floats) -> tuple[Ints, Floats, Floats]:
    quarter = np.minimum(turn.astype(np.int64), 3)
    across = turn - quarter
    width = np.sqrt(3 * (1 - np.abs(z)))
    a, b = np.minimum(across * width, 1), np.minimum((1 - across) * width, 1)
    is_north = z > 0
    return (
        np.where(is_north, quarter, quarter + 8),
        np.where(is_north, 1 - b, a),
        np.where(is_north, 1 - a, b),
    )


def directions(face: int, x: Floats, y: Floats) -> Floats:
    """Unit vectors, shape (..., 3), of places on one face."""
    ring = _RING_OF_FACE[face] - x - y
    width = np.clip(np.minimum(ring, 4 - ring), 0, 1)
    z = np.where(ring < 1, 1 - width**2 / 3, np.where(ring > 3, width**2 / 3 - 1, (2 - ring) * _CAP_Z))
    turn = _TURN_OF_FACE[face] * width + x - y
    ra_rad = np.pi / 4 * turn / np.where(width > 0, width, 1)
    level = np.sqrt(np.maximum(0, 1 - z**2))
    return np.stack([level * np.cos(ra_rad), level * np.sin(ra_rad), z], axis=-1)


def corner(order: int, number: int) -> tuple[int, int, int]:
    """Face and whole x, y of a nested pixel, in pixels of its own order."""
    inside = number % 4**order
    x = sum((inside >> 2 * bit & 1) << bit for bit in range(order))
    y = sum((inside >> 2 * bit + 1 & 1) << bit for bit in range(order))
    return number // 4**order, x, y
