"""The recorded tables as their README describes them, read with pyarrow alone; no code of the sandbox's.

Merge rule: a row once per obs_collection and obs_id, verbatim rows first; rows without a name are all kept.
Keyword rows: file name and URI agreed by productLevel, then a row once per file.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

TODAY_MJD = 61274.0  # 2026-08-22, the day of the newest record, by which data rights are judged
NUMBERS = {"s_ra", "s_dec", "t_min", "t_max", "t_exptime", "em_min", "em_max", "t_obs_release", "calib_level"}
LEVEL_SUFFIX = {"1b": "uncal", "2b": "cal"}
KEYWORDS = ("instrume", "exp_type", "productLevel", "filename", "dataURI")


def _csv(path: Path) -> pa.Table:
    names = pcsv.open_csv(path).schema.names
    types = {name: pa.float64() if name in NUMBERS else pa.string() for name in names}
    options = pcsv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
    parsing = pcsv.ParseOptions(newlines_in_values=True)
    return pcsv.read_csv(path, parse_options=parsing, convert_options=options)


def observations(folder: Path) -> pa.Table:
    """The observations of the folder after the merge rule, with data rights as of TODAY_MJD."""
    tables = [
        _csv(folder / name) for name in ("caom_observations_verbatim.csv", "observations_merged.csv.gz")
    ]
    shared = [name for name in tables[0].column_names if name in tables[1].column_names]
    united = pa.concat_tables([table.select(shared) for table in tables])
    seen: set[tuple[str, str]] = set()
    kept = []
    pairs = zip(united["obs_collection"].to_pylist(), united["obs_id"].to_pylist(), strict=True)
    for row, (collection, obs_id) in enumerate(pairs):
        if obs_id is None or (collection, obs_id) not in seen:
            seen.add((collection, obs_id))
            kept.append(row)
    return _with_rights_of_the_day(united.take(kept))


def _with_rights_of_the_day(table: pa.Table) -> pa.Table:
    release = table["t_obs_release"]
    by_date = pc.if_else(pc.greater(release, TODAY_MJD), "EXCLUSIVE_ACCESS", "PUBLIC")
    rights = pc.if_else(pc.is_null(release), table["dataRights"], by_date)
    return table.set_column(table.schema.get_field_index("dataRights"), "dataRights", rights)


def of_programme(table: pa.Table, programme: str) -> list[dict[str, Any]]:
    return table.filter(pc.equal(table["proposal_id"], programme)).to_pylist()


def agreed_files(folder: Path) -> list[dict[str, Any]]:
    """Every file of the keyword rows once, sorted: instrume, exp_type and the file name agreed upon."""
    table = pq.read_table(folder / "jwst_keyword_files.parquet", columns=list(KEYWORDS))
    first: dict[str, dict[str, Any]] = {}
    for row in table.to_pylist():
        name = _agreed(row)
        first.setdefault(name, {"instrume": row["instrume"], "exp_type": row["exp_type"], "filename": name})
    return sorted(first.values(), key=lambda row: row["filename"])


def keyword_files(folder: Path, instrument: str, exp_type: str) -> list[str]:
    """The file names of an instrument's keyword rows with this exposure type, each once, sorted."""
    rows = agreed_files(folder)
    return [row["filename"] for row in rows if (row["instrume"], row["exp_type"]) == (instrument, exp_type)]


def _agreed(row: dict[str, Any]) -> str:
    stem, _, ending = row["filename"].rpartition("_")
    return f"{stem}_{LEVEL_SUFFIX.get(row['productLevel'], ending.partition('.')[0])}.fits"
