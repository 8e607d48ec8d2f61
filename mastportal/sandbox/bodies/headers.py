"""The header keywords that JWST and HST products carry. Knows no HTTP."""

from datetime import datetime
from zlib import crc32

from mastportal.sandbox.modes import MODES, mode_of
from mastportal.sandbox.naming import parse_stem
from mastportal.sandbox.observation import Observation, datetime_of
from mastportal.sandbox.stages import exp_type_of

from .cards import Card
from .parts import Facts

_LONGEST_REGION = 1200
_CALIBRATION = ("1.20.2", "1.21.0", "1.22.1", "1.23.0")


def primary(facts: Facts) -> list[Card]:
    """The primary header: without data."""
    start: list[Card] = [
        ("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 0), ("EXTEND", True),
        ("DATE", _stamp(facts.made)), ("ORIGIN", "STSCI"), ("FILENAME", facts.filename),
        ("TELESCOP", facts.observation.collection or "JWST"),
    ]  # fmt: skip
    if facts.observation.collection == "HST":
        return [*start, *_hst(facts)]
    told = [*_versions(facts), *_programme(facts), *_instrument(facts), *_times(facts.observation)]
    return [*start, *told, *references(facts)]


def calibration_version(version: int) -> str:
    """CAL_VER of a product after this many reprocessings."""
    return _CALIBRATION[version] if version < len(_CALIBRATION) else f"1.{20 + version}.0"


def extension(facts: Facts, name: str) -> list[Card]:
    """What follows the structure in an extension's header."""
    observation = facts.observation
    if name not in ("SCI", "EXTRACT1D", "RESULT_PHASE"):
        return []
    cards: list[Card] = [("RA_TARG", observation.ra_deg), ("DEC_TARG", observation.dec_deg)]
    if name == "SCI" and facts.suffix not in ("x1dsum",):
        cards += [
            ("BUNIT", _unit(facts.suffix)), ("RADESYS", "ICRS"), ("WCSAXES", 2),
            ("CTYPE1", "RA---TAN"), ("CTYPE2", "DEC--TAN"), ("CRPIX1", 24.5), ("CRPIX2", 24.5),
            ("CRVAL1", observation.ra_deg), ("CRVAL2", observation.dec_deg),
            ("CDELT1", -1.0e-4), ("CDELT2", 1.0e-4), ("CUNIT1", "deg"), ("CUNIT2", "deg"),
        ]  # fmt: skip
    # Mosaics of many exposures have outlines longer than the header has room for.
    region = observation.region if len(observation.region) < _LONGEST_REGION else None
    return [*cards, ("S_REGION", region)] if region else cards


def _unit(suffix: str) -> str:
    if suffix in ("uncal", "raw"):
        return "DN"
    return "DN/s" if "rate" in suffix else "MJy/sr"


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]


def _versions(facts: Facts) -> list[Card]:
    stamp = int(crc32(facts.observation.program.encode()))
    return [
        ("CAL_VER", calibration_version(facts.version)), ("CAL_VCS", "RELEASE"),
        ("SDP_VER", f"2026_{facts.version % 4 + 1}a"), ("PRD_VER", "PRDOPSSOC-072"), ("OSS_VER", "10.2"),
        ("CRDS_VER", "13.0.6"), ("CRDS_CTX", f"jwst_{1464 + 7 * facts.version:04d}.pmap"),
        ("DATAMODL", _model(facts.suffix)), ("GSC_VER", "GSC31"), ("TIMESYS", "UTC"),
        ("ASNPOOL", f"jw{int(facts.observation.program or 0):05d}_{stamp % 9000}_pool.csv"),
        ("ASNTABLE", f"{facts.obs_id or facts.stem}_asn.json"),
    ]  # fmt: skip


_STAGE1 = ("dark", "gain", "linearity", "mask", "readnoise", "saturation", "superbias")
_STAGE2 = ("area", "distortion", "flat", "photom")


def references(facts: Facts) -> list[Card]:
    """The calibration reference files used so far: none in raw exposures, which have seen no step."""
    if facts.suffix in ("uncal", "msa"):
        return []
    instrument = mode_of(facts.observation.instrument_name).instrument.lower()
    kinds = _STAGE1 if facts.suffix in ("rate", "rateints") else _STAGE1 + _STAGE2
    cards: list[Card] = [
        (f"R_{kind[:6].upper()}", f"crds://jwst_{instrument}_{kind}_{_serial(instrument, kind):04d}.fits")
        for kind in kinds
    ]
    return [*cards, ("R_WFSSBK", "N/A")]


def _serial(instrument: str, kind: str) -> int:
    return int(crc32(f"{instrument} {kind}".encode())) % 400 + 1


def _model(suffix: str) -> str:
    cubes = {"rateints": "CubeModel", "calints": "CubeModel", "s3d": "IFUCubeModel", "x1d": "MultiSpecModel"}
    return cubes.get(suffix, "Level1bModel" if suffix == "uncal" else "ImageModel")


def _programme(facts: Facts) -> list[Card]:
    observation, stem = facts.observation, parse_stem(facts.filename)
    number = stem.observation if stem and stem.observation.isdigit() else "001"
    visit = stem.visit if stem else "001"
    program = f"{int(observation.program or 0):05d}" if observation.program.isdigit() else observation.program
    return [
        ("PROGRAM", program), ("OBSERVTN", number), ("VISIT", visit),
        ("VISIT_ID", f"{program}{number}{visit}"),
        ("OBS_ID", f"V{program}{number}{visit}P0000000002101"), ("TITLE", observation.title),
        ("PI_NAME", observation.pi), ("CATEGORY", observation.category),
        ("TSOVISIT", observation.is_time_series), ("TARGPROP", observation.target),
        ("TARGNAME", observation.target), ("TARGTYPE", "MOVING" if observation.is_moving else "FIXED"),
        ("TARG_RA", observation.ra_deg), ("TARG_DEC", observation.dec_deg),
    ]  # fmt: skip


def _instrument(facts: Facts) -> list[Card]:
    observation = facts.observation
    mode = mode_of(observation.instrument_name)
    exp_type = exp_type_of(mode, is_time_series=observation.is_time_series)
    detector = facts.stem.rpartition("_")[2].upper()
    known = {name.upper() for entry in MODES.values() for name in entry.detectors} | {"NRCALONG", "NRCBLONG"}
    cards: list[Card] = [
        ("INSTRUME", mode.instrument), ("EXP_TYPE", exp_type), ("TEMPLATE", mode.template),
        ("SUBARRAY", mode.subarray), ("DETECTOR", detector if detector in known else "MULTIPLE"),
    ]  # fmt: skip
    if mode.kind == "mos" and facts.suffix != "msa":
        cards += [("MSAMETFL", shutters_of(facts)), ("MSAMETID", 1)]
    return [*cards, *optics(mode.instrument, observation.filters)]


def shutters_of(facts: Facts) -> str:
    """The file that says which micro-shutters were open: of the visit."""
    stem = parse_stem(facts.filename)
    if stem is None:
        return "N/A"
    number = "".join(filter(str.isdigit, stem.observation)) or "1"
    return f"jw{int(stem.program):05d}{int(number) % 1000:03d}{stem.visit}_01_msa.fits"


def optics(instrument: str, elements: str) -> list[Card]:
    """FILTER with PUPIL or GRATING, or CHANNEL and BAND, as the instrument's headers name them."""
    parts = [part.strip().upper() for part in elements.split(";") if part.strip()]
    first, second = [*parts, "", ""][:2]
    if instrument == "NIRSPEC":
        return [("FILTER", first), ("GRATING", second or "MIRROR")]
    if instrument == "NIRCAM":
        wide = first.endswith("W2") and second.startswith("F")
        return [("FILTER", first), ("PUPIL", second or "CLEAR")] if wide or not second.startswith("F") else [
            ("FILTER", second), ("PUPIL", first)
        ]  # fmt: skip
    if instrument == "NIRISS":
        return [("FILTER", second or "CLEAR"), ("PUPIL", first)]
    if first.startswith("CH"):
        return [("CHANNEL", first[2:]), ("BAND", "MULTIPLE")]
    return [("FILTER", first)]


def _times(observation: Observation) -> list[Card]:
    if observation.t_min_mjd is None:
        return [("EFFEXPTM", observation.exposure_s)]
    begin = datetime_of(observation.t_min_mjd)
    end_mjd = observation.t_max_mjd or observation.t_min_mjd
    end = datetime_of(end_mjd)
    return [
        ("DATE-OBS", begin.strftime("%Y-%m-%d")), ("TIME-OBS", begin.strftime("%H:%M:%S.%f")[:-3]),
        ("DATE-BEG", _stamp(begin)), ("DATE-END", _stamp(end)), ("EXPSTART", observation.t_min_mjd),
        ("EXPMID", (observation.t_min_mjd + end_mjd) / 2), ("EXPEND", end_mjd),
        ("EFFEXPTM", observation.exposure_s), ("DURATION", observation.exposure_s),
    ]  # fmt: skip


def _hst(facts: Facts) -> list[Card]:
    observation = facts.observation
    instrument, _, detector = observation.instrument_name.partition("/")
    cards: list[Card] = [
        ("INSTRUME", instrument), ("DETECTOR", detector), ("ROOTNAME", facts.stem), ("PROPOSID",
        int(observation.program) if observation.program.isdigit() else 0), ("PR_INV_L", observation.pi),
        ("TARGNAME", observation.target), ("RA_TARG", observation.ra_deg), ("DEC_TARG", observation.dec_deg),
        ("EXPTIME", observation.exposure_s), ("FILTER", observation.filters), ("CAL_VER",
        f"3.{6 + facts.version}.2"),
    ]  # fmt: skip
    if observation.t_min_mjd is not None:
        begin = datetime_of(observation.t_min_mjd)
        cards += [
            ("DATE-OBS", begin.strftime("%Y-%m-%d")), ("TIME-OBS", begin.strftime("%H:%M:%S")),
            ("EXPSTART", observation.t_min_mjd),
        ]  # fmt: skip
    return cards
