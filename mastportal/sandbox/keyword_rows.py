"""Rows of the JWST keyword services that follow from the observations. Knows no HTTP.

One row per highest-level science FITS file: level 3 where an observation has one, else 2b (dossier 2.3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import pyarrow as pa

from . import stages
from .arrow import schema
from .bodies.headers import calibration_version, optics
from .catalogue import Catalogue
from .facts import KeywordColumn, keyword_columns
from .modes import detectors_of, mode_of
from .naming import Stem, parse_stem
from .observation import Observation, from_row
from .products import exposures_of

LETTERS = {"nircam": "c", "niriss": "s", "nirspec": "p", "miri": "m", "fgs": "f", "guidestar": "g"}
SERVICES = (*LETTERS, "wss")
_TYPES: dict[str, pa.DataType] = {"int": pa.int64(), "float": pa.float64(), "boolean": pa.bool_()}
_EPOCH_MJD = 40587.0


def schema_of(service: str) -> pa.Schema:
    """The columns of a service in MAST's spelling; the twin of an `_mjd` is a text: /Date(1445870000000)/."""
    return schema([(column.name, _TYPES.get(column.type, pa.string())) for column in columns_of(service)])


def columns_of(service: str) -> list[KeywordColumn]:
    return [column for column in keyword_columns() if LETTERS[service] in column.services]


def date_text(mjd: float | None) -> str | None:
    return None if mjd is None else f"/Date({round((mjd - _EPOCH_MJD) * 86_400_000)})/"


def table_from(service: str, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """A service's table of these rows; what a row does not name is null."""
    columns_wanted = schema_of(service)
    named = {name for row in rows[:1] for name in row}
    columns = [
        pa.array([row.get(field.name) for row in rows], type=field.type)
        if field.name in named
        else pa.nulls(len(rows), type=field.type)
        for field in columns_wanted
    ]
    return pa.Table.from_arrays(columns, schema=columns_wanted)


def instrument_table(service: str, catalogue: Catalogue) -> pa.Table:
    """The rows of one instrument; guide star and wavefront rows are other functions' business."""
    chunks: list[pa.Table] = []
    rows: list[dict[str, object]] = []
    for batch in catalogue.table.to_batches(max_chunksize=20_000):
        for row in batch.to_pylist():
            name = row["instrument_name"] or ""
            if (
                row["obs_collection"] == "JWST"
                and name.lower().startswith(service)
                and row["calib_level"] != -1
            ):
                observation = from_row(row)
                rows += [_row(observation, filename) for filename in files_of(observation)]
        chunks.append(table_from(service, rows))
        rows = []
    return pa.concat_tables(chunks) if chunks else table_from(service, [])


def files_of(observation: Observation) -> list[str]:
    """The highest-level science FITS files of an executed JWST observation."""
    mode = mode_of(observation.instrument_name)
    kind = stages.kind_of(mode, is_time_series=observation.is_time_series)
    level2 = stages.main_suffix(mode, is_combined=False, is_time_series=observation.is_time_series).name
    stem = parse_stem(observation.obs_id)
    if stem is None:
        return []
    if not stem.is_combined:
        return [f"{observation.obs_id}_{level2}.fits"]
    combined = [
        suffix.name
        for suffix in map(stages.SUFFIXES.__getitem__, stages.COMBINED[kind])
        if suffix.extension == "fits" and suffix.level == 3 and suffix.product_type == "SCIENCE"
    ]
    if combined:
        return [f"{observation.obs_id}_{name}.fits" for name in combined]
    return [f"{stem}_{level2}.fits" for stem in exposures_of(observation)]


def _row(observation: Observation, filename: str) -> dict[str, object]:
    stem = parse_stem(filename.rpartition("_")[0])
    if stem is None:
        raise ValueError(f"{filename} is no JWST file name.")
    file = _File(observation, filename, stem)
    return {**_identity(file), **_setup(file), **_target(file), **_times(file), **_constants(file)}


@dataclass(frozen=True, slots=True)
class _File:
    observation: Observation
    filename: str
    stem: Stem

    @property
    def number(self) -> int:
        return int("".join(filter(str.isdigit, self.stem.observation)) or 1) % 1000

    @property
    def visit_id(self) -> str:
        return f"{int(self.observation.program or 0):05d}{self.number:03d}{self.stem.visit}"


def _identity(file: _File) -> dict[str, object]:
    observation = file.observation
    program = observation.program
    return {
        "ArchiveFileID": crc32(file.filename.encode()) % 200_000_000 + 20_000_000,
        "FileSetId": crc32(observation.obs_id.encode()) % 6_000_000,
        "filename": file.filename,
        "dataURI": stages.uri_of(file.filename),
        "fileSetName": observation.obs_id if file.stem.is_combined else observation.obs_id.rpartition("_")[0],
        "productLevel": "3" if file.stem.is_combined else "2b",
        "program": int(program) if program.isdigit() else None,
        "observtn": file.number,
        "visit": int(file.stem.visit),
        "visit_id": file.visit_id,
        "obs_id": f"V{file.visit_id}P0000000002101",
        "category": observation.category or None,
        "title": observation.title or None,
        "pi_name": observation.pi or None,
        "asntable": f"jw{int(program or 0):05d}-o{file.number:03d}_asn.json",
        "asnpool": f"jw{int(program or 0):05d}_pool.csv",
        "s_region": observation.region or None,
    }


def _setup(file: _File) -> dict[str, object]:
    observation = file.observation
    mode = mode_of(observation.instrument_name)
    exp_type = stages.exp_type_of(mode, is_time_series=observation.is_time_series)
    detectors = detectors_of(mode, observation.filters)
    detector = file.filename.rpartition("_")[0].rpartition("_")[2].upper()
    elements = {name.lower(): value for name, value in optics(mode.instrument, observation.filters)}
    if mode.instrument == "NIRCAM":
        elements |= {"channel": "LONG" if detectors[0].endswith("long") else "SHORT", "module": "MULTIPLE"}
    return {
        "instrume": mode.instrument,
        "exp_type": exp_type,
        "template": mode.template,
        "subarray": mode.subarray,
        "detector": detector if detector.lower() in detectors else "MULTIPLE",
        "tsovisit": "t" if observation.is_time_series else "f",
        "is_psf": "f" if mode.kind == "coron" else None,
        "coronmsk": "MASKA335R" if mode.name == "NIRCAM/CORON" else None,
        "msametfl": f"jw{file.visit_id}_01_msa.fits" if mode.kind == "mos" else None,
        "datamodl": "ImageModel" if mode.kind == "image" else "MultiSpecModel",
        "cal_ver": calibration_version(0),
        **{name: elements.get(name) for name in ("filter", "pupil", "grating", "channel", "band", "module")},
    }


def _target(file: _File) -> dict[str, object]:
    observation = file.observation
    kind, _, description = observation.classification.partition("; ")
    targets = "MOVING" if observation.is_moving else "FIXED"
    return {
        "targprop": observation.target,
        "targname": observation.target,
        "targtype": targets,
        "visitype": f"PRIME_TARGETED_{targets}",
        "targcat": kind or None,
        "targdesc": description or None,
        "targ_ra": observation.ra_deg,
        "targ_dec": observation.dec_deg,
        "prop_ra": observation.ra_deg,
        "prop_dec": observation.dec_deg,
        "pcs_mode": "MOVING" if observation.is_moving else "FINEGUIDE",
    }


def _times(file: _File) -> dict[str, object]:
    observation = file.observation
    start, end, release = observation.t_min_mjd, observation.t_max_mjd, observation.release_mjd
    made = None if end is None else end + 2.0
    pairs = {
        "date_obs": start,
        "date_beg": start,
        "date_end": end,
        "date": made,
        "vststart": start,
        "visitend": end,
    }
    pairs |= {"ingestStartDate": made, "ingestCompletionDate": made, "publicReleaseDate": release}
    middle = None if start is None or end is None else (start + end) / 2
    return {
        **{name: date_text(mjd) for name, mjd in pairs.items()},
        **{f"{name}_mjd": mjd for name, mjd in pairs.items()},
        "expstart": start,
        "expmid": middle,
        "expend": end,
        "effexptm": observation.exposure_s,
        "duration": observation.exposure_s,
    }


def _constants(file: _File) -> dict[str, object]:
    serial = crc32(file.stem.observation.encode())
    return {
        "act_id": "01", "seq_id": "1", "visitgrp": "02", "expcount": 1, "exposure": 1, "nints": 1,
        "ngroups": 5 + serial % 20, "nframes": 1 + serial % 8, "numdthpt": 4, "patt_num": 1, "nexposur": 8,
        "bkgdtarg": "f", "crowdfld": "f", "intarget": "f", "hga_move": "f", "dataprob": "f", "zerofram": "f",
        "eng_qual": "OK", "expripar": "PRIME", "visitsta": "SUCCESSFUL", "origin": "STSCI",
        "telescop": "JWST", "timesys": "UTC", "sdp_ver": "2026_1a", "cal_vcs": "RELEASE",
        "crds_ver": "13.0.6", "crds_ctx": "jwst_1464.pmap", "prd_ver": "PRDOPSSOC-072",
        "oss_ver": "10.2", "gsc_ver": "GSC31",
        "readpatt": ("FASTR1", "RAPID", "BRIGHT2", "NRSIRS2", "SHALLOW4")[serial % 5],
        "isRestricted": False, "isItar": False, "isStale": False,
    }  # fmt: skip
