"""Owns the file that a basket travels in: one JSON document, written here and read elsewhere.

It names what is in the basket and what is wanted of it, never where that is kept; it holds no rows of tables,
which whoever reads it asks of the archive. docs/basket.schema.json describes it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from basket.asked import basket_in_words
from basket.changes import told_of
from basket.harvest import harvest_of, products_of
from basket.lines import MOST_LINES, contents_of
from basket.models import Basket, BasketLine, BasketProduct
from basket.selection import Selection
from basket.sums import wanted_of
from mastportal.files import fetching
from mastportal.files.versions import Version
from mastportal.mast.identifiers import is_obsid
from mastportal.tables.columns import BadQuery, quoted

FORMAT, VERSION = "mastportal-basket", 1
MOST_BYTES = 16 * 1024**2
MOST_PRODUCTS = 20_000
MOST_CHARACTERS = 1000
MOST_QUESTION = 20_000
NAME_CHARACTERS, NOTE_CHARACTERS = 120, 500
FACTS = ("sha256", "md5", "date", "cal_ver", "crds_ctx")
WAITING = "The product lists are still on their way; ask for the file again soon."


@dataclass(frozen=True, slots=True)
class Portable:
    """What a file says. `lines` and `files` are {"key", "note", "question"}, `products` are by dataURI.

    A product has `size` in bytes, as the archive listed it, and those of FACTS that were known.
    """

    name: str
    selection: Selection
    lines: tuple[dict[str, str], ...]
    files: tuple[dict[str, str], ...]
    products: dict[str, dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """As it is kept while its rows are found."""
        return {"lines": list(self.lines), "files": list(self.files), "products": self.products}


def exported(basket: Basket, by: str) -> dict[str, Any]:
    """The document of a basket. Raises BadQuery while product lists are coming, or for too many files."""
    contents = contents_of(basket)
    harvest = harvest_of(contents)
    if harvest.waiting:
        raise BadQuery(WAITING)
    products = products_of(contents, harvest)
    wanted = wanted_of(products, basket.selection)
    if wanted.files > MOST_PRODUCTS:
        raise BadQuery(f"Such a file names at most {MOST_PRODUCTS:,} files; {wanted.files:,} are selected.")
    selection = Selection.parse(basket.selection)
    questions: dict[str, int] = {}
    lines = [_row("obsid", row.obsid, row, questions) for row in basket.lines.order_by("pk")]
    files = [_row("dataURI", row.data_uri, row, questions) for row in basket.products.order_by("pk")]
    return {
        "format": FORMAT,
        "version": VERSION,
        "archive": settings.ARCHIVE_NAME,
        "name": basket.name,
        "exported_at": timezone.now().isoformat(timespec="seconds"),
        "exported_by": by,
        "asked": basket_in_words(basket, contents, selection, products),
        "selection": selection.as_json(),
        "questions": list(questions),
        "observations": lines,
        "files": files,
        "products": _products(wanted.table.select(["dataURI", "size"]).to_pylist()),
    }


def _row(key: str, name: str, row: BasketLine | BasketProduct, questions: dict[str, int]) -> dict[str, Any]:
    told: dict[str, Any] = {key: name}
    if key == "obsid":
        told["obs_id"] = str(row.row.get("obs_id") or "")
    if row.question:
        told["question"] = questions.setdefault(row.question, len(questions))
    return told | ({"note": row.note} if row.note else {})


def _products(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is known of each file's version: from the portal's store, else from keyword rows."""
    rows = sorted(rows, key=lambda row: str(row["dataURI"]))
    uris = [str(row["dataURI"]) for row in rows]
    here = fetching.held(uris)
    said = told_of(uri for uri in uris if uri not in here)
    return [_product(row, here.get(row["dataURI"]), said.get(row["dataURI"])) for row in rows]


def _product(row: dict[str, Any], stored: Any, said: Any) -> dict[str, Any]:
    known: dict[str, Any] = {}
    if stored is not None:
        version = Version.of(stored)
        known = {"sha256": version.sha256, "md5": stored.archive_md5, "date": version.date}
        known |= {"cal_ver": version.cal_ver, "crds_ctx": version.crds_ctx}
    elif said is not None:
        known = {"md5": said.md5, "cal_ver": said.cal_ver, "crds_ctx": said.crds_ctx}
    facts = {name: value for name, value in known.items() if value}
    return {"dataURI": row["dataURI"], "size": row["size"]} | facts


def text_of(document: Mapping[str, Any]) -> str:
    """The document as a file: a row a line."""
    parts = []
    for name, value in document.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in value)
            parts.append(f' "{name}": [\n  {rows}\n ]')
        else:
            parts.append(f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def read(body: bytes) -> Portable:
    """A file as somebody sent it. Raises BadQuery, one plain sentence, for whatever is not one."""
    if len(body) > MOST_BYTES:
        raise BadQuery(f"A basket's file has at most {MOST_BYTES // 1024**2} MB; this one is larger.", "file")
    try:
        document = json.loads(body.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadQuery("This is no JSON file that a basket was exported into.", "file") from None
    return parse(document)


def _no_number(name: str) -> None:
    raise ValueError(name)


def parse(document: Any) -> Portable:
    """A document that was read. Raises BadQuery, naming the part at fault."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise BadQuery(f"A basket's file says “format”: “{FORMAT}”; this one does not.", "format")
    if document.get("version") != VERSION:
        raise BadQuery(f"This portal reads version {VERSION} of a basket's file.", "version")
    if (archive := document.get("archive")) != settings.ARCHIVE_NAME:
        told = quoted(_text(archive, "archive", MOST_CHARACTERS))
        raise BadQuery(f"This basket is of {told}, and here is {settings.ARCHIVE_NAME}.", "archive")
    name = _text(document.get("name"), "name", NAME_CHARACTERS).strip()
    if not name:
        raise BadQuery("A basket's file tells its name.", "name")
    questions = [_text(each, "questions", MOST_QUESTION) for each in _list(document, "questions", MOST_LINES)]
    lines = [_read_row(each, "obsid", questions) for each in _list(document, "observations", MOST_LINES)]
    if strangers := [row["key"] for row in lines if not is_obsid(row["key"])]:
        raise BadQuery(f"{quoted(strangers[0])} is no number of an observation.", "observations")
    files = [_read_row(each, "dataURI", questions) for each in _list(document, "files", MOST_LINES)]
    products = dict(_read_product(each) for each in _list(document, "products", MOST_PRODUCTS))
    selection = Selection.parse(document.get("selection"))
    if len(selection.include) + len(selection.exclude) > 2 * MOST_PRODUCTS:
        raise BadQuery("The selection names too many files singly.", "selection")
    return Portable(name, selection, _once(lines), _once(files), products)


def _once(rows: list[dict[str, str]]) -> tuple[dict[str, str], ...]:
    return tuple({row["key"]: row for row in rows}.values())


def _read_row(told: Any, key: str, questions: list[str]) -> dict[str, str]:
    part = "observations" if key == "obsid" else "files"
    if not isinstance(told, Mapping):
        raise BadQuery(f"“{part}” is a list of objects with “{key}”.", part)
    at = told.get("question")
    known = isinstance(at, int) and not isinstance(at, bool) and 0 <= at < len(questions)
    name = _text(told.get(key), part, MOST_CHARACTERS)
    if not name or (at is not None and not known):
        raise BadQuery(f"Each of “{part}” has “{key}”, and “question” counts into “questions”.", part)
    note = _text(told.get("note") or "", part, NOTE_CHARACTERS)
    return {"key": name, "note": note, "question": questions[at] if at is not None else ""}


def _read_product(told: Any) -> tuple[str, dict[str, Any]]:
    if not isinstance(told, Mapping):
        raise BadQuery("“products” is a list of objects with “dataURI”.", "products")
    uri, size = _text(told.get("dataURI"), "products", MOST_CHARACTERS), told.get("size")
    if not uri or not (size is None or (isinstance(size, int) and 0 <= size < 2**63)):
        raise BadQuery("Each of “products” has “dataURI”, and “size” in bytes or null.", "products")
    facts = {name: _text(told[name], "products", MOST_CHARACTERS) for name in FACTS if told.get(name)}
    return uri, {"size": size} | facts


def _list(document: Mapping[str, Any], part: str, most: int) -> list[Any]:
    value = document.get(part, [])
    if not isinstance(value, list):
        raise BadQuery(f"“{part}” is a list.", part)
    if len(value) > most:
        raise BadQuery(f"“{part}” names at most {most:,}; these are {len(value):,}.", part)
    return value


def _text(value: Any, part: str, most: int) -> str:
    """Text that can be stored: without NUL and halves of characters, not too long."""
    if not isinstance(value, str) or any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value):
        raise BadQuery(f"“{part}” must be text there.", part)
    if len(value) > most:
        raise BadQuery(f"“{part}” holds a text of {len(value):,} characters; {most:,} are enough.", part)
    return value
