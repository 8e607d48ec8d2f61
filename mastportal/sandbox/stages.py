"""The suffixes of products: what MAST says of each and which a mode makes at which stage. Knows no HTTP.

Sub-groups, types and descriptions: dossier section 7.1; suffixes: the pipeline's product types page.
"""

from dataclasses import dataclass
from typing import Protocol

from .modes import Mode


@dataclass(frozen=True, slots=True)
class Suffix:
    """`factor` is its usual size in parts of the typical size; `preview` the ending of its picture."""

    name: str
    level: int
    product_type: str
    description: str
    factor: float
    preview: str | None = None
    extension: str = "fits"

    @property
    def group(self) -> str:
        return self.name.upper()


def _table(*suffixes: Suffix) -> dict[str, Suffix]:
    return {suffix.name: suffix for suffix in suffixes}


_L2B = "exposure (L2b): "
_BOTH = "exposure/target (L2b/L3): "
_L3 = "target   (L3) : "
SUFFIXES = _table(
    Suffix("uncal", 1, "SCIENCE", "exposure (L1b): Uncalibrated 4D exposure data", 2.0, "jpg"),
    Suffix("rate", 2, "SCIENCE", "exposure (L2a): 2D count rate averaged over integrations", 0.8, "jpg"),
    Suffix("rateints", 2, "SCIENCE", "exposure (L2a): 3D countrate per integration", 0.8, "jpg"),
    Suffix("cal", 2, "SCIENCE", _L2B + "2D calibrated exposure average over integrations", 1.0, "jpg"),
    Suffix("calints", 2, "SCIENCE", _L2B + "3D calibrated exposure per integration", 1.0),
    Suffix("crf", 2, "SCIENCE", "exposure (L2c): 2D Calibrated data averaged over integrations", 1.0, "jpg"),
    Suffix("crfints", 2, "SCIENCE", "exposure (L2c): 3D Calibrated data per integration", 1.0),
    Suffix("i2d", 3, "SCIENCE", _BOTH + "rectified 2D image", 1.2, "jpg"),
    Suffix("s2d", 3, "SCIENCE", _BOTH + "2D image of spectrum avg integrations", 0.6, "jpg"),
    Suffix("s3d", 3, "SCIENCE", _BOTH + "3D image of spectrum", 1.2, "jpg"),
    Suffix("x1d", 3, "SCIENCE", _BOTH + "1D extracted spectrum", 0.2, "png"),
    Suffix("x1dints", 3, "SCIENCE", _BOTH + "1D extracted spectra per integration", 0.4, "png"),
    Suffix("c1d", 3, "SCIENCE", _L3 + "1D combined spectrum", 0.2, "png"),
    Suffix("psfstack", 3, "SCIENCE", _L3 + "PSF library image stack", 0.8),
    Suffix("psfalign", 3, "SCIENCE", _L3 + "aligned PSF images", 0.8),
    Suffix("psfsub", 3, "SCIENCE", _L3 + "PSF-subtracted images", 0.8),
    Suffix("ami-oi", 2, "SCIENCE", _L2B + "interferometric observables", 0.2),
    Suffix("aminorm-oi", 3, "SCIENCE", _L3 + "normalized interferometric observables", 0.2),
    Suffix("segm", 3, "AUXILIARY", _L3 + "segmentation map", 0.5),
    Suffix("cat", 3, "SCIENCE", _L3 + "source catalog", 0.0, None, "ecsv"),
    Suffix("whtlt", 3, "SCIENCE", _L3 + "white-light curve", 0.0, None, "ecsv"),
    Suffix("phot", 3, "SCIENCE", _L3 + "imaging photometry", 0.0, None, "ecsv"),
    Suffix("msa", 1, "AUXILIARY", "MSA metadata", 0.3),
    Suffix("asn", 3, "INFO", "source/target (L3) : association generator", 0.0, None, "json"),
    Suffix("pool", 3, "INFO", "source/target (L3) : association pool", 0.0, None, "csv"),
)
EXPOSURE = {
    "image": ("uncal", "rate", "rateints", "cal", "i2d"),
    "ifu": ("uncal", "rate", "rateints", "cal", "s3d", "x1d"),
    "slit": ("uncal", "rate", "rateints", "cal", "s2d", "x1d"),
    "mos": ("uncal", "rate", "rateints", "cal", "s2d", "x1d"),
    "wfss": ("uncal", "rate", "rateints", "cal", "x1d"),
    "tso": ("uncal", "rate", "rateints", "calints", "x1dints"),
    "tsimage": ("uncal", "rate", "rateints", "cal", "calints"),
    "coron": ("uncal", "rate", "rateints", "cal", "calints", "i2d"),
    "ami": ("uncal", "rate", "rateints", "cal", "calints", "ami-oi"),
}
STAGE3_EXPOSURE = {"image": "crf", "coron": "crfints", "tso": "crfints", "tsimage": "crfints", "slit": "crf"}
COMBINED = {
    "image": ("i2d", "cat", "segm"),
    "ifu": ("s3d", "x1d"),
    "slit": ("s2d", "x1d"),
    "mos": ("s2d", "x1d", "cal", "crf"),
    "wfss": ("x1d", "c1d", "cal"),
    "tso": ("x1dints", "whtlt"),
    "tsimage": ("phot",),
    "coron": ("i2d", "psfstack", "psfalign", "psfsub"),
    "ami": ("aminorm-oi",),
}
ASSOCIATION = {
    "image": ("image2", "image3"),
    "ifu": ("spec2", "spec3"),
    "slit": ("spec2", "spec3"),
    "mos": ("spec2", "spec3"),
    "wfss": ("spec2", "spec3"),
    "tso": ("tso-spec2", "tso3"),
    "tsimage": ("tso-image2", "tso3"),
    "coron": ("image2", "coron3"),
    "ami": ("image2", "ami3"),
}


def member_suffix(kind: str, stage: int) -> str:
    """The suffix of the science exposures that an association of a stage (2 or 3) joins."""
    if stage == 2:
        return "rateints" if kind in ("tso", "tsimage", "ami", "coron") else "rate"
    return "calints" if kind in ("tso", "tsimage", "ami", "coron") else "cal"


class _Told(Protocol):
    @property
    def obs_id(self) -> str: ...
    @property
    def level(self) -> int: ...
    @property
    def mode(self) -> Mode: ...
    @property
    def is_time_series(self) -> bool: ...


def kind_of(mode: Mode, *, is_time_series: bool) -> str:
    """The row of the tables above: imaging of a time series passes other steps than imaging.

    Rows recorded before 2025 call slitless spectroscopy GRISM too; only time series are time series.
    """
    if mode.kind == "tso" and not is_time_series:
        return "wfss" if mode.name == "NIRCAM/GRISM" else "slit"
    return "tsimage" if is_time_series and mode.kind == "image" else mode.kind


def exp_type_of(mode: Mode, *, is_time_series: bool) -> str:
    """EXP_TYPE as headers and keyword rows give it."""
    kind = kind_of(mode, is_time_series=is_time_series)
    if kind == "tsimage":
        return mode.exp_type.replace("_IMAGE", "_TSIMAGE")
    return "NRC_WFSS" if kind == "wfss" and mode.name == "NIRCAM/GRISM" else mode.exp_type


def uri_of(filename: str, mission: str = "JWST") -> str:
    return f"mast:{mission}/product/{filename}"


def main_suffix(mode: Mode, *, is_combined: bool, is_time_series: bool) -> Suffix:
    """The suffix of the file that dataURL names."""
    kind = kind_of(mode, is_time_series=is_time_series)
    if is_combined:
        return SUFFIXES[COMBINED[kind][0]]
    return SUFFIXES["calints" if kind in ("tso", "tsimage") else "cal"]


def main_file(told: _Told) -> str:
    """The dataURL of an executed observation."""
    if told.mode.kind.startswith("hst"):
        return uri_of(f"{told.obs_id}_{'drz' if told.mode.kind == 'hst-image' else 'x1dsum'}.fits", "HST")
    suffix = main_suffix(told.mode, is_combined=told.level == 3, is_time_series=told.is_time_series)
    return uri_of(f"{told.obs_id}_{suffix.name}.{suffix.extension}")


def preview_file(told: _Told) -> str | None:
    """The jpegURL of an executed observation, None where its main product has no picture."""
    if told.mode.kind.startswith("hst"):
        return uri_of(f"{told.obs_id}_{'drz.jpg' if told.mode.kind == 'hst-image' else 'x1dsum.png'}", "HST")
    suffix = main_suffix(told.mode, is_combined=told.level == 3, is_time_series=told.is_time_series)
    return uri_of(f"{told.obs_id}_{suffix.name}.{suffix.preview}") if suffix.preview else None
