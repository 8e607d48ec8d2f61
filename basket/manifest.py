"""Owns what a manifest says: MANIFEST.HTML, its JSON and CSV twins, SHA256SUMS. Touches no models.

`docs/manifest.schema.json` is the JSON twin's schema.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from basket.amounts import size_in_words
from mastportal.mast.naming import describe_file
from mastportal.tables.text import harmless

HTML, JSON, CSV, CHECKSUMS = "MANIFEST.HTML", "MANIFEST.JSON", "MANIFEST.CSV", "SHA256SUMS"
NAMES = (HTML, JSON, CSV, CHECKSUMS)
PIPELINE = "PIPELINE.JSON"  # beside them where the pipeline is to be run again
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for the files and when, and for what, in words."""

    by: str = ""
    at: datetime | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One file: `path` is relative to the folder the manifest lies in, `reason` says why it is not there.

    `date`, `cal_ver` and `crds_ctx` are what the file's own header says of its version (DATE, CAL_VER,
    CRDS_CTX); `product` is what the archive calls it, where `path` had to give it another name.
    """

    uri: str
    path: str
    description: str
    size: int | None
    sha256: str
    access: str
    status: str
    reason: str
    date: str = ""
    cal_ver: str = ""
    crds_ctx: str = ""
    product: str = ""

    @property
    def version_words(self) -> str:
        """`2026-01-02T03:04:05 · 1.19.1 · jwst_1464.pmap`."""
        return " · ".join(filter(None, (self.date, self.cal_ver, self.crds_ctx)))

    @property
    def size_words(self) -> str:
        return size_in_words(self.size)

    @property
    def is_link(self) -> bool:
        """A file of a partner's site, to be fetched there."""
        return is_web_address(self.uri)


COLUMNS = [field.name for field in fields(ManifestRow)]


def is_web_address(uri: str) -> bool:
    """Whether a product's URI is an address of the web instead of one of the archive's own."""
    return uri.lower().startswith(("https://", "http://"))


def name_it_had(product: str, path: str) -> str:
    """What the archive calls a file where its path had to give it another name; else empty."""
    return "" if product == path.rpartition("/")[2] else product


def description_of(told: str | None, filename: str) -> str:
    """The archive's own short description, else what the file's suffix means."""
    return (told or "").strip() or describe_file(filename)


def as_html(
    folder: str,
    rows: Sequence[ManifestRow],
    made_at: datetime,
    notes: Sequence[str] = (),
    asked: Asked | None = None,
) -> str:
    """MANIFEST.HTML: one page that needs nothing beside it, every value escaped."""
    counts = Counter(row.status for row in rows)
    context = {
        "folder": folder,
        "rows": rows,
        "notes": notes,
        "asked": asked,
        "made_at": made_at,
        "counts": sorted(counts.items()),
        "total_words": size_in_words(sum(row.size or 0 for row in rows if row.status == "OK")),
    }
    return render_to_string("basket/manifest.html", context)


def as_json(
    folder: str,
    rows: Iterable[ManifestRow],
    made_at: datetime,
    notes: Sequence[str] = (),
    asked: Asked | None = None,
) -> dict[str, Any]:
    """The JSON twin's content: what was asked, and one object a file."""
    asked = asked or Asked()
    return {
        "version": SCHEMA_VERSION,
        "folder": folder,
        "made_at": made_at.isoformat(),
        "asked": {
            "by": asked.by,
            "at": asked.at.isoformat() if asked.at else None,
            "words": asked.words,
        },
        "notes": list(notes),
        "files": [row_as_dict(row) for row in rows],
    }


def json_text(content: dict[str, Any]) -> str:
    """MANIFEST.JSON: the same as text, a file a line."""
    head = {name: value for name, value in content.items() if name != "files"}
    opening = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    files = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in content["files"])
    return f'{opening},\n "files": [\n  {files}\n ]\n}}\n'


def row_as_dict(row: ManifestRow) -> dict[str, Any]:
    """`asdict` without its deep copies: a manifest may have 100,000 rows."""
    return {name: getattr(row, name) for name in COLUMNS}


def as_csv(rows: Iterable[ManifestRow]) -> str:
    """The same with a header line; an unknown size is empty. No spreadsheet runs a text of it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: harmless(getattr(row, name)) for name in COLUMNS} for row in rows)
    return text.getvalue()


def as_checksums(rows: Iterable[ManifestRow]) -> str:
    """What `sha256sum --check` reads, run inside the folder: only of files that are there."""
    return "".join(f"{row.sha256}  {row.path}\n" for row in rows if row.status == "OK" and row.sha256)
