"""All ways out of the portal, by their names."""

from tests.faults.programs import Aria2, Script
from tests.faults.ways import Bundle, Observation, SingleFile, Staged, Streamed, Way

_ARCHIVES: tuple[Way, ...] = (
    Bundle("zip"),
    Bundle("tar"),
    Streamed("zip"),
    Streamed("tar"),
    Observation(),
    Staged(),
)
_FILES: tuple[Way, ...] = (
    SingleFile(),
    Script("script", "archive"),
    Script("script", "portal"),
    Aria2("aria2", "archive"),
    Aria2("aria2", "portal"),
)
ARCHIVES = [way.name for way in _ARCHIVES]
FILES = [way.name for way in _FILES]
WAYS = {way.name: way for way in (*_ARCHIVES, *_FILES)}
