"""Reads pasted or uploaded lists of targets, plain lines, CSV, ECSV or VOTable, as items of a target list.

Bounded and without astropy: what is read here is at most a megabyte, in a web process. An item is what
`target_list.parse_entry` reads; whether it can be is not judged here.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from mastportal.mast.errors import BadQuestion
from mastportal.mast.target_list import MAX_TARGETS, too_many

MAX_BYTES = 1_000_000
_COLUMNS = {
    "name": """name target target_name targname targprop object object_name main_id id source source_id
        source_name designation label star galaxy hostname pl_name""",
    "ra": "ra ra_deg raj2000 _raj2000 ra_j2000 ra_icrs ra_d s_ra alpha right_ascension targ_ra",
    "dec": "dec dec_deg de dej2000 _dej2000 dec_j2000 de_icrs dec_d s_dec delta declination targ_dec",
    "radius": "radius r radius_deg sr radius_arcsec radius_arcmin",
}
_RADII_IN = {"radius_arcsec": 3600.0, "radius_arcmin": 60.0}
_PER_DEGREE = {
    "deg": 1.0,
    "degree": 1.0,
    "degrees": 1.0,
    "arcmin": 60.0,
    "arcsec": 3600.0,
    "'": 60.0,
    '"': 3600.0,
}
_NOT_TEXT = (b"SIMPLE  =", b"PAR1", b"PK\x03\x04", b"\x1f\x8b")
_HOURS = frozenset({"h", "hr", "hour", "hours", "hourangle"})
_UNIT = re.compile(r"name:\s*[\"']?([^,\"'}]+)[\"']?\s*,\s*(?:[^}]*?\bunit:\s*([^,}]+))?")
_DELIMITER = re.compile(r"^#\s*delimiter:\s*(.*)$")


def read_targets(data: bytes | str) -> list[object]:
    """The items of a list. Raises BadQuestion or TooMany (field "targets") with a plain sentence."""
    text = _text(data)
    start = text.lstrip()[:200].casefold()
    if start.startswith("<"):
        items = _votable(text)
    elif start.startswith("# %ecsv"):
        items = _ecsv(text)
    else:
        items = _lines_or_csv(text)
    if not items:
        raise _bad("There is no target in this list; put one name or position on each line.")
    if len(items) > MAX_TARGETS:
        raise too_many(len(items))
    return items


def _bad(sentence: str) -> BadQuestion:
    return BadQuestion(sentence, field="targets")


def _text(data: bytes | str) -> str:
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if data.startswith(_NOT_TEXT) or (b"\0" in data and not is_wide):
        raise _bad("This file is not text; save the list as CSV, ECSV or VOTable (TABLEDATA).")
    try:
        return data.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _lines_or_csv(text: str) -> list[object]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        return []
    for delimiter in (",", "\t", ";", "|"):
        heading = _cells(lines[0], delimiter)
        if (columns := _Columns.of(heading, [""] * len(heading))) is not None:
            return [item for row in _rows(lines[1:], delimiter) if (item := columns.item(row)) is not None]
    return [_line(line) for line in lines[: MAX_TARGETS + 1]] if len(lines) <= MAX_TARGETS else list(lines)


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]


def _rows(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    except csv.Error:
        raise _bad("This list cannot be read as a table; a quotation mark may be missing.") from None


def _line(line: str) -> object:
    """A line without a heading above it: as in the search box, or a label, right ascension, declination."""
    text = " ".join(line.split())
    for delimiter in ("\t", ",", ";", "|"):
        # Between tabs a quotation mark is a seconds sign, and a number may be a name.
        parts = [part.strip() for part in line.split("\t")] if delimiter == "\t" else _cells(line, delimiter)
        is_named = delimiter == "\t" or not _is_number(parts[0])
        if 3 <= len(parts) <= 4 and is_named and _is_angle(parts[1]) and _is_angle(parts[2]):
            item: dict[str, object] = {"name": parts[0], "ra": _angle(parts[1]), "dec": _angle(parts[2])}
            return item | ({"radius_deg": _radius(parts[3], 1.0)} if len(parts) == 4 and parts[3] else {})
    return text.rstrip(",;|").strip()


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text) is not None


def _is_angle(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d[\d\s:.hmsd°'\"′″+-]*", text) is not None


def _angle(text: str) -> object:
    return float(text) if _is_number(text) else text


def _radius(text: str, per_degree: float) -> object:
    """Degrees; what is no number is left for the reader of entries to refuse."""
    return float(text) / per_degree if _is_number(text) else text


class _Columns:
    """Which columns of a table hold the name, the position and the radius of a target."""

    def __init__(self, places: dict[str, int], units: dict[str, str], radius_per_degree: float) -> None:
        self._places, self._units, self._per_degree = places, units, radius_per_degree

    @classmethod
    def of(cls, heading: Sequence[str], units: Sequence[str]) -> "_Columns | None":
        """None where the heading names neither a target nor a position."""
        named = [name.strip().casefold().replace(" ", "_") for name in heading]
        places = {
            kind: place
            for kind, known in _COLUMNS.items()
            if (place := next((at for at, name in enumerate(named) if name in known.split()), None))
            is not None
        }
        if "name" not in places and not {"ra", "dec"} <= set(places):
            return None
        told = {kind: units[place].strip().casefold() for kind, place in places.items()}
        per_degree = _RADII_IN.get(named[places["radius"]], 1.0) if "radius" in places else 1.0
        return cls(places, told, _PER_DEGREE.get(told.get("radius", ""), per_degree))

    def item(self, row: Sequence[str]) -> object | None:
        """The target of a row, None where it has none."""
        given = {kind: row[at] for kind, at in self._places.items() if at < len(row) and row[at]}
        if "ra" in given and "dec" in given:
            ra = _angle(given["ra"])
            if isinstance(ra, float) and self._units.get("ra") in _HOURS:
                ra *= 15
            item: dict[str, object] = {"ra": ra, "dec": _angle(given["dec"])}
            item |= {"name": given["name"]} if "name" in given else {}
        elif "name" in given:
            item = {"name": given["name"]}
        else:
            return None
        return item | (
            {"radius_deg": _radius(given["radius"], self._per_degree)} if "radius" in given else {}
        )


def _ecsv(text: str) -> list[object]:
    header = [line for line in text.splitlines() if line.startswith("#")]
    body = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    told = next((match[1] for line in header if (match := _DELIMITER.match(line))), " ")
    delimiter = "," if "," in told else " "
    rows = _rows(body, delimiter)
    if not rows:
        return []
    units = {
        match[1].strip(): (match[2] or "").strip("\"' ") for line in header for match in _UNIT.finditer(line)
    }
    columns = _Columns.of(rows[0], [units.get(name, "") for name in rows[0]])
    if columns is None:
        raise _no_columns(rows[0])
    return [item for row in rows[1:] if (item := columns.item(row)) is not None]


def _no_columns(heading: Sequence[str]) -> BadQuestion:
    seen = ", ".join(heading)[:80]
    return _bad(f"No column of this table is called name, target, or ra and dec; there are {seen}.")


def _votable(text: str) -> list[object]:
    """Of a VOTable in TABLEDATA form, the first table. Entities are refused before anything is read."""
    if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise _bad("This XML file defines its own entities, which are not read; save it as VOTable again.")
    try:
        # Entities are refused above, and the text is bounded.
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))  # noqa: S314 # nosec B314
    except ElementTree.ParseError:
        raise _bad("This file begins like XML but is broken; save it as VOTable or CSV again.") from None
    table = next(_all(root, "TABLE"), None)
    if table is None or _local(root.tag) != "VOTABLE":
        raise _bad("This XML file is not a VOTable with a table in it.")
    fields = list(_all(table, "FIELD"))
    heading = [field.get("name") or field.get("ID") or "" for field in fields]
    columns = _Columns.of(heading, [field.get("unit") or "" for field in fields])
    if columns is None:
        raise _no_columns(heading)
    if next(_all(table, "TABLEDATA"), None) is None:
        raise _bad("This VOTable holds its rows in binary form; save it as VOTable (TABLEDATA), ECSV or CSV.")
    rows = ([("".join(cell.itertext())).strip() for cell in _all(row, "TD")] for row in _all(table, "TR"))
    return [item for row in rows if (item := columns.item(row)) is not None]


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _all(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (each for each in element.iter() if _local(each.tag) == name)


def as_written(item: object) -> str:
    """How an item is said back to the person who wrote it."""
    if not isinstance(item, dict):
        return str(item)
    place = " ".join(str(item[part]) for part in ("ra", "dec") if item.get(part) not in (None, ""))
    radius = f"r={item['radius_deg']}" if item.get("radius_deg") not in (None, "") else ""
    return "  ".join(part for part in (str(item.get("name") or ""), place, radius) if part)


def line_of(item: object) -> str:
    """An item as a line that `read_targets` reads back."""
    if not isinstance(item, dict):
        return str(item)
    if "ra" not in item:
        radius = f" r={item['radius_deg']}" if item.get("radius_deg") not in (None, "") else ""
        return f"{item.get('name', '')}{radius}"
    parts = [item.get("name") or f"{item['ra']} {item.get('dec')}", item["ra"], item.get("dec")]
    parts += [item["radius_deg"]] if item.get("radius_deg") not in (None, "") else []
    return "\t".join(map(str, parts))
