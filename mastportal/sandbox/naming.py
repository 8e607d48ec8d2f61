"""The naming rules of JWST and HST products: stems of exposures and of combined products. Knows no HTTP.

Exposure: jw<ppppp><ooo><vvv>_<gg><s><aa>_<eeeee>_<detector>;
combined: jw<ppppp>-o<ooo>_<target>_<instrument>_<optics>
(file naming rules of the JWST pipeline's documentation).
"""

import re
from dataclasses import dataclass
from zlib import crc32

from .modes import Mode

_STEM = re.compile(
    r"jw(?P<program>\d{5})(?:-(?P<candidate>[oca]\d{3,4})|(?P<observation>\d{3})(?P<visit>\d{3}))(?:_(?P<rest>.*))?$"
)
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Stem:
    program: str  # without leading zeros
    observation: str  # three digits, or the candidate such as c1001
    visit: str
    rest: str
    is_combined: bool

    @property
    def key(self) -> tuple[str, str]:
        return self.program, self.observation


def parse_stem(obs_id: str) -> Stem | None:
    """The parts of a JWST obs_id or file name; None for another mission's."""
    match = _STEM.match(obs_id)
    if match is None:
        return None
    candidate = match["candidate"]
    observation = match["observation"] or (candidate[1:] if candidate[0] == "o" else candidate)
    return Stem(
        str(int(match["program"])), observation, match["visit"] or "001", match["rest"] or "", bool(candidate)
    )


def optics_token(mode: Mode, elements: str) -> str:
    """The last part of a combined product's name: pupil-filter, grating-filter, channel …"""
    parts = [part.strip().lower() for part in elements.split(";") if part.strip()]
    if mode.name in ("NIRCAM/IMAGE", "NIRISS/IMAGE", "NIRCAM/TARGACQ"):
        return "-".join(parts) if len(parts) > 1 else f"clear-{parts[0]}"
    if mode.name == "NIRSPEC/IFU":
        return "-".join(reversed(parts))
    if mode.name == "MIRI/IFU":
        return f"{parts[0]}-shortmediumlong"
    token = "-".join(parts)
    if mode.kind in ("tso", "coron", "ami") and mode.subarray != "FULL":
        return f"{token}-{mode.subarray.lower()}"
    return f"{token}-{mode.subarray.lower()}" if mode.kind == "slit" and len(parts) > 1 else token


def combined_stem(program: str, observation: int | str, target: str, mode: Mode, elements: str) -> str:
    """`target` is tNNN or sNNNNNNNNN; `observation` its number, or a candidate such as c1001."""
    candidate = observation if isinstance(observation, str) else f"o{observation:03d}"
    start = f"jw{int(program):05d}-{candidate}_{target}"
    return f"{start}_{mode.instrument.lower()}_{optics_token(mode, elements)}"


def activity(elements: str) -> str:
    """The visit group and activity (ggsaa) in which these elements are used: one for each set of elements."""
    number = crc32(elements.lower().encode()) % 1200 + 36
    return f"021{_BASE36[number // 36]}{_BASE36[number % 36]}"


def exposure_stems(
    program: str, observation: str, visit: str, elements: str, exposures: int, detectors: tuple[str, ...]
) -> list[str]:
    """Stems of every exposure and detector, exposures first."""
    number = observation if observation.isdigit() else f"{int(observation[1:]) % 1000:03d}"
    start = f"jw{int(program):05d}{number}{visit}_{activity(elements)}"
    return [f"{start}_{n:05d}_{detector}" for n in range(1, exposures + 1) for detector in detectors]


def exposure_count(key: tuple[str, str], elements: str) -> int:
    """How many exposures an observation (programme, observation) takes through these elements: 2 to 4."""
    return crc32(f"{key}{elements}".encode()) % 3 + 2


def planned_stem(program: str, observation: int, exposure: int, instrument: str) -> str:
    """As APT's rows are named: letters in place of the visit group (`jw04426002001_xx101_00001_nirspec`)."""
    return f"jw{int(program):05d}{observation:03d}001_xx1{exposure:02d}_{exposure:05d}_{instrument.lower()}"


def rootname(letter: str, program: str, visit: int, exposure: int, *, is_association: bool) -> str:
    """An HST rootname: instrument letter, programme in base 36, visit, and 010… or exposure + q."""
    number = int(program)
    coded = _BASE36[number // 1296 % 36] + _BASE36[number // 36 % 36] + _BASE36[number % 36]
    end = (
        f"{exposure % 10}{exposure // 10 % 10}0"
        if is_association
        else f"{_BASE36[exposure % 36]}{_BASE36[exposure // 36 % 36]}q"
    )
    return f"{letter}{coded}{_BASE36[visit // 36 % 36]}{_BASE36[visit % 36]}{end}"
