"""Owns what a manifest says of each file, as MANIFEST.HTML and its JSON and CSV twins. Touches no models."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from basket.amounts import size_in_words
from mastportal.mast.naming import describe_file

NAME = "MANIFEST.HTML"


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One file: `path` is relative to the folder the manifest lies in, `reason` says why it is not there."""

    uri: str
    path: str
    description: str
    size: int | None
    sha256: str
    access: str
    status: str
    reason: str

    @property
    def size_words(self) -> str:
        return size_in_words(self.size)

    @property
    def is_link(self) -> bool:
        """A file of a partner's site, to be fetched there."""
        return is_web_address(self.uri)


def is_web_address(uri: str) -> bool:
    """Whether a product's URI is an address of the web instead of one of the archive's own."""
    return uri.lower().startswith(("https://", "http://"))


def description_of(told: str | None, filename: str) -> str:
    """The archive's own short description, else what the file's suffix means."""
    return (told or "").strip() or describe_file(filename)


def as_html(folder: str, rows: Sequence[ManifestRow], made_at: datetime, notes: Sequence[str] = ()) -> str:
    """MANIFEST.HTML: one page that needs nothing beside it, every value escaped."""
    counts = Counter(row.status for row in rows)
    context = {
        "folder": folder,
        "rows": rows,
        "notes": notes,
        "made_at": made_at,
        "counts": sorted(counts.items()),
        "total_words": size_in_words(sum(row.size or 0 for row in rows if row.status == "OK")),
    }
    return render_to_string("basket/manifest.html", context)


def as_json(rows: Iterable[ManifestRow], notes: Sequence[str] = ()) -> dict[str, Any]:
    return {"files": [asdict(row) for row in rows], "notes": list(notes)}


def as_csv(rows: Iterable[ManifestRow]) -> str:
    """The same with a header line; an unknown size is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(ManifestRow)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return text.getvalue()


def as_checksums(rows: Iterable[ManifestRow]) -> str:
    """What `sha256sum --check` reads, run inside the folder: only of files that are there."""
    return "".join(f"{row.sha256}  {row.path}\n" for row in rows if row.status == "OK" and row.sha256)
