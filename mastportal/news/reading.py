"""Owns how the archive's rows become a snapshot: levels, release days, planned observations, version facts.

Plain Python and Arrow: no Django, asks nobody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from mastportal.mast.naming import observation_id_of, parse_name
from mastportal.news.snapshot import Seen, Snapshot, facts_joined

PLANNED_LEVEL = -1
CALIBRATED_LEVEL = 2
_LEVELS = range(5)
_CLOSED = {"EXCLUSIVE_ACCESS", "PROPRIETARY", "RESTRICTED"}
_NO_END = "RESTRICTED"
WORDS = ("target_name", "instrument_name", "filters")
LONGEST_WORDS = 200


def observations(table: pa.Table, at_mjd: float) -> Snapshot:
    """The snapshot of CAOM rows, without version facts. Rows without an obs_id are left out."""
    rows: dict[str, Seen] = {}
    planned: dict[str, str] = {}
    for row in table.to_pylist():
        if not row.get("obs_id"):
            continue
        if row.get("calib_level") == PLANNED_LEVEL:
            planned.setdefault(plan_of(row), words_of(row))
        else:
            rows[str(row["obs_id"])] = _seen(row)
    return Snapshot(at_mjd, rows, planned)


def _seen(row: Mapping[str, Any]) -> Seen:
    release, rights = row.get("t_obs_release"), str(row.get("dataRights") or "").upper()
    dated = isinstance(release, float) and rights != _NO_END
    return Seen(
        row.get("calib_level") if row.get("calib_level") in _LEVELS else None,
        release if dated else None,
        not dated and rights in _CLOSED,
        number_of(str(row["obs_id"])),
        plan_of(row),
        row=row,
    )


def number_of(obs_id: str) -> str:
    """The observation number of a JWST row ("003"), planned ones too; empty where its name has none."""
    name = obs_id.casefold()
    if name[:2] == "jw" and name[2:10].isdecimal():
        return name[7:10]
    told = parse_name(f"{name}_cal.fits")
    return told.observation if told.mission == "JWST" else ""


def plan_of(row: Mapping[str, Any]) -> str:
    """By what a planned row and what was executed of it know each other.

    JWST's have programme and observation number in common. Planned HST rows are named by random numbers:
    what stays is target, instrument and filters.
    """
    program, number = str(row.get("proposal_id") or ""), number_of(str(row.get("obs_id") or ""))
    if number:
        return f"{program} {number}"
    target, instrument, filters = (str(row.get(name) or "").casefold() for name in WORDS)
    return f"{program} {target}/{instrument.partition('/')[0]}/{filters}"


def words_of(row: Mapping[str, Any]) -> str:
    """Target, instrument and filters of a row, for people."""
    told = [" ".join(str(row.get(name) or "").split()) for name in WORDS]
    return " · ".join(text for text in told if text)[:LONGEST_WORDS]


def with_keyword_facts(snapshot: Snapshot, table: pa.Table) -> Snapshot:
    """With what keyword rows say of the versions of files whose own observation is a row of the snapshot."""
    files: dict[str, dict[str, str]] = {}
    for row in table.to_pylist():
        uri = str(row.get("dataURI") or "")
        facts = _keyword_facts(row)
        if uri and facts:
            files.setdefault(observation_id_of(uri), {})[uri.rpartition("/")[2]] = facts
    return _with_files(snapshot, files)


def _keyword_facts(row: Mapping[str, Any]) -> str:
    told = (row.get("fileSize"), str(row.get("checksum") or "")[:12], row.get("cal_ver"), row.get("crds_ctx"))
    return facts_joined(*told, "")


def with_listed_facts(snapshot: Snapshot, obs_ids: Mapping[str, str], tables: Iterable[pa.Table]) -> Snapshot:
    """With what product lists say of an observation's own calibrated science files; `obs_ids` by obsid."""
    files: dict[str, dict[str, str]] = {obs_id: {} for obs_id in obs_ids.values()}
    for table in tables:
        for row in table.to_pylist():
            obs_id, name = obs_ids.get(str(row.get("parent_obsid"))), str(row.get("productFilename") or "")
            if obs_id is None or not name or not _is_own_science(row):
                continue
            if facts := facts_joined(row.get("size"), "", "", "", row.get("prvversion")):
                files[obs_id][name] = facts
    return _with_files(snapshot, files)


def _is_own_science(row: Mapping[str, Any]) -> bool:
    level = row.get("calib_level")
    calibrated = level is None or level >= CALIBRATED_LEVEL
    own = str(row.get("obsID")) == str(row.get("parent_obsid"))
    return own and calibrated and str(row.get("productType") or "").upper() == "SCIENCE"


def _with_files(snapshot: Snapshot, files: Mapping[str, Mapping[str, str]]) -> Snapshot:
    # Sizes stand first wherever they are from, so that facts of keyword rows and of lists can be compared.
    rows = {
        key: replace(seen, files=dict(seen.files or {}) | dict(files[key])) if key in files else seen
        for key, seen in snapshot.rows.items()
    }
    return replace(snapshot, rows=rows)


def keyword_files(table: pa.Table, at_mjd: float) -> Snapshot:
    """The snapshot of an instrument keyword search: each file is a row, known by its name."""
    rows: dict[str, Seen] = {}
    for row in table.to_pylist():
        uri = str(row.get("dataURI") or "")
        if not uri:
            continue
        name = uri.rpartition("/")[2]
        level = str(row.get("productLevel") or "")[:1]
        release = row.get("publicReleaseDate_mjd")
        facts = _keyword_facts(row)
        seen = Seen(
            int(level) if level.isdecimal() else None, release, False, number_of(observation_id_of(uri))
        )
        rows[name] = replace(seen, files={name: facts} if facts else {}, row=row)
    return Snapshot(at_mjd, rows)
