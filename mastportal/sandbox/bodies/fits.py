"""FITS bodies: which extensions a product of a suffix has, and their data. Knows no HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from . import headers
from .cards import Card, header
from .parts import Body, Facts, Part, Plain, Repeated
from .sizes import seed_of, target_bytes

_PRIMARY_BLOCKS = 4
_EXTENSION_BLOCKS = 2
_BLOCK_VALUES = 11_520
_SMALL_WIDTH, _LARGE_WIDTH, _LARGE_BYTES = 48, 2048, 4_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """One extension: `axes` as NAXIS1…; bitpix 0 marks a binary table of doubles."""

    name: str
    bitpix: int
    axes: tuple[int, ...]
    columns: tuple[str, ...] = ()

    @property
    def data_bytes(self) -> int:
        if self.columns:
            return 8 * len(self.columns) * self.axes[1]
        return abs(self.bitpix) // 8 * int(np.prod(self.axes, dtype=np.int64))


_IMAGE = (("SCI", -32), ("ERR", -32), ("DQ", 32))
_EXTENSIONS: dict[str, tuple[tuple[str, int], ...]] = {
    "uncal": (("SCI", 16),),
    "i2d": (("SCI", -32), ("ERR", -32), ("CON", 32), ("WHT", -32)),
    "s2d": (("SCI", -32), ("ERR", -32), ("CON", 32), ("WHT", -32)),
    "s3d": (("SCI", -32), ("ERR", -32), ("DQ", 32), ("WMAP", -32)),
    "segm": (("SCI", 32),),
    "drz": (("SCI", -32), ("WHT", -32), ("CTX", 32)),
    "drc": (("SCI", -32), ("WHT", -32), ("CTX", 32)),
    "raw": (("SCI", 16), ("ERR", -32), ("DQ", 16)),
    "opd": (("RESULT_PHASE", -32),),
}
_TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "x1d": ("EXTRACT1D", ("WAVELENGTH", "FLUX", "FLUX_ERROR", "SURF_BRIGHT", "BACKGROUND", "NPIXELS")),
    "x1dints": ("EXTRACT1D", ("WAVELENGTH", "FLUX", "FLUX_ERROR", "SURF_BRIGHT", "BACKGROUND", "NPIXELS")),
    "c1d": ("COMBINE1D", ("WAVELENGTH", "FLUX", "ERROR", "SURF_BRIGHT", "SB_ERROR", "WEIGHT")),
    "x1dsum": ("SCI", ("WAVELENGTH", "FLUX", "ERROR", "GROSS", "NET")),
    "rawtag": ("EVENTS", ("TIME", "RAWX", "RAWY", "PHA")),
    "asn": ("ASN", ("MEMBER", "TYPE", "PRESENT")),
    "trl": ("TRL", ("LINE",)),
    "msa": ("SHUTTER_INFO", ("SLITLET_ID", "SOURCE_ID", "SHUTTER_ROW", "SHUTTER_COLUMN", "ESTIMATED_X")),
    "ami-oi": ("OI_VIS2", ("MJD", "VIS2DATA", "VIS2ERR", "UCOORD", "VCOORD")),
    "aminorm-oi": ("OI_VIS2", ("MJD", "VIS2DATA", "VIS2ERR", "UCOORD", "VCOORD")),
}
_CUBES = frozenset({"rateints", "calints", "crfints", "s3d", "psfstack", "psfalign", "psfsub"})


def fits_file(facts: Facts) -> Body:
    """A FITS file of the product's kind; its size follows without building any of it."""
    plans = plans_of(facts.suffix, target_bytes(facts))
    parts: list[Part] = [_Header(facts, None, None)]
    for plan in plans:
        data = Repeated(_block(plan.bitpix, len(plan.columns), seed_of(facts) % 64), plan.data_bytes)
        parts += [_Header(facts, plan, data), data]
    return Body(parts, "application/fits")


def plans_of(suffix: str, wanted_bytes: int) -> list[Plan]:
    """The extensions of a product of about this many bytes."""
    if suffix in _TABLES:
        name, columns = _TABLES[suffix]
        return [Plan(name, 0, (8 * len(columns), max(8, wanted_bytes // (8 * len(columns)))), columns)]
    extensions = _EXTENSIONS.get(suffix, _IMAGE)
    # Small files come in few shapes, so that most of their extension headers are known already.
    width, step = (_SMALL_WIDTH, 16) if wanted_bytes < _LARGE_BYTES else (_LARGE_WIDTH, 1)
    pixel_bytes = sum(abs(bitpix) // 8 for _, bitpix in extensions)
    rows = max(step, wanted_bytes // (width * pixel_bytes) // step * step)
    return [Plan(name, bitpix, _axes(suffix, width, rows)) for name, bitpix in extensions]


def _axes(suffix: str, width: int, rows: int) -> tuple[int, ...]:
    if suffix == "uncal":
        return width, max(1, rows // 4), 4, 1
    return (width, max(1, rows // 2), 2) if suffix in _CUBES else (width, rows)


@dataclass(frozen=True)
class _Header:
    """A header that is written only when its bytes are asked for."""

    facts: Facts
    plan: Plan | None
    data: Repeated | None

    @property
    def size(self) -> int:
        return 2880 * (_PRIMARY_BLOCKS if self.plan is None else _EXTENSION_BLOCKS)

    def read(self, start: int, stop: int) -> bytes:
        if self.plan is None:
            return Plain(header(headers.primary(self.facts), _PRIMARY_BLOCKS, 0)).read(start, stop)
        total = self.data.checksum if self.data else 0
        told = headers.extension(self.facts, self.plan.name)
        return Plain(_extension(self.plan, tuple(told), total)).read(start, stop)


@lru_cache(maxsize=512)
def _extension(plan: Plan, told: tuple[Card, ...], data_sum: int) -> bytes:
    return header([*_structure(plan), *told], _EXTENSION_BLOCKS, data_sum)


def _structure(plan: Plan) -> Sequence[Card]:
    cards: list[Card] = [("XTENSION", "BINTABLE" if plan.columns else "IMAGE"), ("BITPIX", plan.bitpix or 8)]
    cards += [("NAXIS", len(plan.axes)), *((f"NAXIS{n}", size) for n, size in enumerate(plan.axes, 1))]
    cards += [("PCOUNT", 0), ("GCOUNT", 1)]
    if plan.columns:
        cards.append(("TFIELDS", len(plan.columns)))
        for n, name in enumerate(plan.columns, 1):
            cards += [(f"TTYPE{n}", name), (f"TFORM{n}", "D")]
    elif plan.bitpix == 16:
        cards += [("BZERO", 32768), ("BSCALE", 1)]
    return [*cards, ("EXTNAME", plan.name)]


@cache
def _block(bitpix: int, columns: int, seed: int) -> bytes:
    """The repeated stretch of data: finite values, whole table rows."""
    random = np.random.default_rng(seed)
    if columns:
        ramp = np.linspace(0.6, 5.3, 96 * columns).reshape(columns, 96).T
        return (ramp + random.normal(0, 0.01, ramp.shape)).astype(">f8").tobytes()
    if bitpix == 32:
        return random.choice([0, 0, 0, 0, 0, 0, 1, 4], _BLOCK_VALUES).astype(">i4").tobytes()
    if bitpix == 16:
        return random.integers(-22000, -18000, _BLOCK_VALUES).astype(">i2").tobytes()
    return random.normal(1.0, 0.05, _BLOCK_VALUES).astype(">f4").tobytes()
