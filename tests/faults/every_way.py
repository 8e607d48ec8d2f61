"""All ways out of the portal, by their names."""

from tests.faults.programs import Aria2, Script
from tests.faults.ways import Bundle, Observation, SingleFile, Staged, Streamed, Way

_ALL: tuple[Way, ...] = (
    Bundle("zip"),
    Bundle("tar"),
    Streamed("zip"),
    Streamed("tar"),
    SingleFile(),
    Observation(),
    Staged(),
    Script("script", "archive"),
    Script("script", "portal"),
    Aria2("aria2", "archive"),
    Aria2("aria2", "portal"),
)
WAYS = {way.name: way for way in _ALL}
