"""Reads lists of programme ids, observation ids and file names as people paste them."""

import re
from collections.abc import Iterable

from mastportal.mast.errors import BadQuestion
from mastportal.mast.naming import observation_id_of

MAX_PROGRAMS = 500
MAX_IDS = 5_000
_SEPARATORS = re.compile(r"[\s,;]+")
_PROGRAM = re.compile(r"^(?:jw|hst)?0*([1-9]\d{0,4})$", re.IGNORECASE)
_ID = re.compile(r"^[\w.+:/-]{3,200}$")
_OBSID = re.compile(r"[\w.+-]{1,64}", re.ASCII)


def split_list(given: object, field: str) -> list[str]:
    """The parts of a pasted text or of a list of texts or numbers. Raises BadQuestion for anything else."""
    if isinstance(given, str):
        return [part for part in _SEPARATORS.split(given) if part]
    if isinstance(given, Iterable) and not isinstance(given, dict | bytes):
        parts = list(given)
        if all(isinstance(part, str | int) and not isinstance(part, bool) for part in parts):
            return [stripped for part in parts if (stripped := str(part).strip())]
    raise BadQuestion(f"The {field} must be one text or a list of texts.", field=field)


def is_obsid(text: str) -> bool:
    """Whether an observation's number can be one: product lists are asked for by it, joined by commas."""
    return _OBSID.fullmatch(text) is not None


def program_number(text: str) -> str | None:
    """The programme number without prefix and zeros, "1176" of jw01176, or None where it is not one."""
    match = _PROGRAM.match(text.strip())
    return match[1] if match else None


def parse_programs(given: object) -> tuple[str, ...]:
    """Programme ids in numeric order, each once. Raises BadQuestion (field "programs")."""
    parts = split_list(given, "programs")
    if not parts:
        raise BadQuestion("Enter one or more programme ids, for example 1176, 1073.", field="programs")
    if len(parts) > MAX_PROGRAMS:
        raise BadQuestion(
            f"At most {MAX_PROGRAMS} programmes can be asked for at once; these are {len(parts):,}.",
            field="programs",
        )
    numbers = {part: program_number(part) for part in parts}
    for part, number in numbers.items():
        if number is None:
            raise BadQuestion(
                f"“{part[:40]}” is not a programme id; it is a number of up to five digits, such as 1176.",
                field="programs",
            )
    return tuple(sorted({number for number in numbers.values() if number}, key=int))


def parse_ids(given: object, most: int = MAX_IDS) -> tuple[str, ...]:
    """Observation ids in order, each once, of ids, file names or URIs. Raises BadQuestion (field "ids")."""
    parts = split_list(given, "ids")
    if not parts:
        raise BadQuestion("Paste one or more observation ids or file names.", field="ids")
    if len(parts) > most:
        raise BadQuestion(
            f"At most {most:,} ids can be asked for at once; these are {len(parts):,}. Paste them in parts.",
            field="ids",
        )
    for part in parts:
        if not _ID.match(part):
            raise BadQuestion(f"“{part[:60]}” is neither an observation id nor a file name.", field="ids")
    found = {identifier.casefold(): identifier for identifier in map(observation_id_of, parts)}
    return tuple(found[key] for key in sorted(found))
