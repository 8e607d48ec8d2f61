"""The observing modes: detectors, fields of view, kinds of product. Knows no HTTP."""

from dataclasses import dataclass

NIRCAM_SHORT = tuple(f"nrc{module}{number}" for module in "ab" for number in range(1, 5))
NIRCAM_LONG = ("nrcalong", "nrcblong")


@dataclass(frozen=True, slots=True)
class Mode:
    """What follows from `instrument_name`; kind decides which products a stage makes."""

    name: str
    kind: str  # image ifu slit mos wfss tso coron ami hst-image hst-spectrum
    exp_type: str
    detectors: tuple[str, ...]
    width_arcmin: float
    height_arcmin: float
    product_type: str
    template: str
    subarray: str = "FULL"

    @property
    def instrument(self) -> str:
        return self.name.partition("/")[0]


_JWST = (
    Mode("NIRCAM/IMAGE", "image", "NRC_IMAGE", NIRCAM_SHORT, 5.1, 2.2, "image", "NIRCam Imaging"),
    Mode(
        "NIRCAM/WFSS",
        "wfss",
        "NRC_WFSS",
        NIRCAM_LONG,
        5.1,
        2.2,
        "spectrum",
        "NIRCam Wide Field Slitless Spectroscopy",
    ),
    Mode(
        "NIRCAM/GRISM",
        "tso",
        "NRC_TSGRISM",
        ("nrcalong",),
        2.2,
        0.13,
        "timeseries",
        "NIRCam Grism Time Series",
        "SUBGRISM128",
    ),
    Mode(
        "NIRCAM/CORON",
        "coron",
        "NRC_CORON",
        ("nrcalong",),
        0.33,
        0.33,
        "image",
        "NIRCam Coronagraphic Imaging",
        "SUB320A335R",
    ),
    Mode(
        "NIRCAM/TARGACQ", "image", "NRC_TACQ", ("nrcalong",), 0.07, 0.07, "image", "NIRCam Imaging", "SUB32"
    ),
    Mode("MIRI/IMAGE", "image", "MIR_IMAGE", ("mirimage",), 1.23, 1.88, "image", "MIRI Imaging"),
    Mode(
        "MIRI/IFU",
        "ifu",
        "MIR_MRS",
        ("mirifushort", "mirifulong"),
        0.11,
        0.11,
        "cube",
        "MIRI Medium Resolution Spectroscopy",
    ),
    Mode(
        "MIRI/SLIT",
        "slit",
        "MIR_LRS-FIXEDSLIT",
        ("mirimage",),
        0.08,
        0.009,
        "spectrum",
        "MIRI Low Resolution Spectroscopy",
    ),
    Mode(
        "MIRI/SLITLESS",
        "tso",
        "MIR_LRS-SLITLESS",
        ("mirimage",),
        0.13,
        0.75,
        "timeseries",
        "MIRI Low Resolution Spectroscopy",
        "SLITLESSPRISM",
    ),
    Mode(
        "MIRI/CORON",
        "coron",
        "MIR_4QPM",
        ("mirimage",),
        0.4,
        0.4,
        "image",
        "MIRI Coronagraphic Imaging",
        "MASK1140",
    ),
    Mode("MIRI/TARGACQ", "image", "MIR_TACQ", ("mirimage",), 0.1, 0.1, "image", "MIRI Imaging"),
    Mode("NIRISS/IMAGE", "image", "NIS_IMAGE", ("nis",), 2.2, 2.2, "image", "NIRISS External Calibration"),
    Mode(
        "NIRISS/WFSS",
        "wfss",
        "NIS_WFSS",
        ("nis",),
        2.2,
        2.2,
        "spectrum",
        "NIRISS Wide Field Slitless Spectroscopy",
    ),
    Mode(
        "NIRISS/SOSS",
        "tso",
        "NIS_SOSS",
        ("nis",),
        2.2,
        0.28,
        "timeseries",
        "NIRISS Single-Object Slitless Spectroscopy",
        "SUBSTRIP256",
    ),
    Mode(
        "NIRISS/AMI",
        "ami",
        "NIS_AMI",
        ("nis",),
        0.09,
        0.09,
        "image",
        "NIRISS Aperture Masking Interferometry",
        "SUB80",
    ),
    Mode(
        "NIRSPEC/IFU",
        "ifu",
        "NRS_IFU",
        ("nrs1", "nrs2"),
        0.05,
        0.05,
        "cube",
        "NIRSpec IFU Spectroscopy",
    ),
    Mode(
        "NIRSPEC/MSA",
        "mos",
        "NRS_MSASPEC",
        ("nrs1", "nrs2"),
        3.6,
        3.4,
        "spectrum",
        "NIRSpec MultiObject Spectroscopy",
    ),
    Mode(
        "NIRSPEC/SLIT",
        "slit",
        "NRS_FIXEDSLIT",
        ("nrs1", "nrs2"),
        0.053,
        0.007,
        "spectrum",
        "NIRSpec Fixed Slit Spectroscopy",
        "SUBS200A1",
    ),
    Mode(
        "NIRSPEC/BOTS",
        "tso",
        "NRS_BRIGHTOBJ",
        ("nrs1",),
        0.027,
        0.027,
        "timeseries",
        "NIRSpec Bright Object Time Series",
        "SUB512",
    ),
    Mode(
        "FGS/IMAGE",
        "image",
        "FGS_IMAGE",
        ("guider1", "guider2"),
        2.3,
        2.3,
        "image",
        "FGS External Calibration",
    ),
)
_HST = (
    Mode("ACS/WFC", "hst-image", "", (), 3.37, 3.37, "image", ""),
    Mode("WFC3/UVIS", "hst-image", "", (), 2.7, 2.7, "image", ""),
    Mode("WFC3/IR", "hst-image", "", (), 2.05, 2.27, "image", ""),
    Mode("STIS/FUV-MAMA", "hst-spectrum", "", (), 0.4, 0.01, "spectrum", ""),
    Mode("COS/FUV", "hst-spectrum", "", (), 0.042, 0.042, "spectrum", ""),
)
MODES = {mode.name: mode for mode in _JWST + _HST}
_PLAIN = {
    "NIRCAM": "NIRCAM/IMAGE",
    "MIRI": "MIRI/IMAGE",
    "NIRISS": "NIRISS/IMAGE",
    "NIRSPEC": "NIRSPEC/MSA",
    "FGS": "FGS/IMAGE",
}


def mode_of(instrument_name: str | None) -> Mode:
    """The mode of an observation row; rows of 2022 name the instrument alone, HST detectors vary."""
    name = (instrument_name or "").upper()
    if name in MODES:
        return MODES[name]
    if name in _PLAIN:
        return MODES[_PLAIN[name]]
    if name.split("/")[0] in _PLAIN:
        return MODES[_PLAIN[name.split("/")[0]]]
    return MODES["COS/FUV"] if name.startswith(("COS", "STIS", "HRS", "FOS")) else MODES["WFC3/UVIS"]


def detectors_of(mode: Mode, elements: str) -> tuple[str, ...]:
    """The detectors that record these optical elements: NIRCam's short and long channels differ."""
    if mode.name == "NIRCAM/IMAGE":
        return NIRCAM_LONG if is_long(elements) else NIRCAM_SHORT
    if mode.name == "MIRI/IFU" and elements:
        return ("mirifulong",) if elements.upper().startswith(("CH3", "CH4")) else ("mirifushort",)
    return mode.detectors


def is_long(elements: str) -> bool:
    """Whether a NIRCam filter lies in the long-wavelength channel (2.4 micrometres and up)."""
    digits = "".join(letter for letter in elements.split(";")[0][1:4] if letter.isdigit())
    return bool(digits) and int(digits) >= 240
