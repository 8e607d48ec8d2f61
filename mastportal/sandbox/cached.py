"""Folders of recorded tables: parsed once, then kept as Arrow files. Knows no HTTP."""

import json
import os
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from . import folder as folders
from .facts import FOLDER
from .recorded import Recorded
from .repair import Counts

_OURS = Path(__file__).parent
_CODE = [
    _OURS / name for name in ("repair.py", "folder.py", "observation.py", "keyword_rows.py", "cached.py")
]
_COUNTS = "repairs.json"
_KEPT_FOLDERS = 4


def open_folder(folder: Path) -> tuple[pa.Table, Recorded]:
    """A folder's observations and what else it records: parsed and repaired once, then from the cache.

    The cache lies in the folder SANDBOX_CACHE names, else in the system's temporary folder.
    """
    place = _cache_root() / _key(folder)
    if not (place / _COUNTS).is_file():
        _store(place, *folders.read(folder))
    tables = {path.stem: _mapped(path) for path in sorted(place.glob("*.arrow"))}
    counts: Counts = json.loads((place / _COUNTS).read_text())
    observations, products = tables.pop("observations"), tables.pop("products")
    lists: dict[int, list[dict[str, object]]] = {}
    for row in products.to_pylist():
        lists.setdefault(row["parent_obsid"], []).append(row)
    return observations, Recorded(lists, tables, counts)


def _cache_root() -> Path:
    named = os.environ.get("SANDBOX_CACHE")
    return Path(named) if named else Path(tempfile.gettempdir()) / f"sandbox-holdings-{os.getuid()}"


def _key(folder: Path) -> str:
    digest = sha256()
    for path in folders.files_of(folder):
        told = path.stat()
        digest.update(f"{path.name} {told.st_size} {told.st_mtime_ns}\n".encode())
    for path in [*_CODE, FOLDER / "keyword_columns.csv"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _store(place: Path, tables: dict[str, pa.Table], counts: Counts) -> None:
    """Written aside and moved there whole: two servers may start at once."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = Path(tempfile.mkdtemp(prefix="new-", dir=place.parent))
    for name, table in tables.items():
        with (
            pa.OSFile(str(aside / f"{name}.arrow"), "wb") as sink,
            pa.ipc.new_file(sink, table.schema) as writer,
        ):
            writer.write_table(table.combine_chunks())
    (aside / _COUNTS).write_text(json.dumps(counts))
    try:
        aside.rename(place)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
    kept = sorted(place.parent.glob("*/" + _COUNTS), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for old in kept[_KEPT_FOLDERS:]:
        shutil.rmtree(old.parent, ignore_errors=True)


def _mapped(path: Path) -> pa.Table:
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
