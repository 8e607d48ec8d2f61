"""Reads a folder of recorded tables into the holdings' own columns. Knows no HTTP.

Which files: [caom_]observations*, [caom_]products*, jwst_keyword* (contract section 3).
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from . import repair
from .arrow import Column, schema, without_blanks
from .keyword_rows import schema_of
from .observation import SCHEMA
from .repair import Counts

_TRUE = ("true", "t", "1")
_ENDINGS = (".parquet", ".csv", ".csv.gz")
PRODUCT_SCHEMA = schema(
    [
        ("obsID", pa.int64()),
        *(
            (name, pa.string())
            for name in ("obs_collection", "dataproduct_type", "obs_id", "description", "type")
        ),
        *((name, pa.string()) for name in ("dataURI", "productType", "productGroupDescription")),
        *(
            (name, pa.string())
            for name in ("productSubGroupDescription", "productDocumentationURL", "project")
        ),
        *((name, pa.string()) for name in ("prvversion", "proposal_id", "productFilename")),
        ("size", pa.int64()),
        ("parent_obsid", pa.int64()),
        ("dataRights", pa.string()),
        ("calib_level", pa.int64()),
        ("filters", pa.string()),
    ]
)
_SERVICES = {"NIRCAM": "nircam", "NIRISS": "niriss", "NIRSPEC": "nirspec", "MIRI": "miri", "FGS": "fgs"}


def files_of(folder: Path) -> list[Path]:
    """The tables of a folder, preferred ones first: verbatim before derived, parquet before csv."""
    prefixes = ("caom_observations", "observations", "caom_products", "products", "jwst_keyword")
    return [
        path
        for prefix in prefixes
        for ending in _ENDINGS
        for path in sorted(folder.glob(f"{prefix}*{ending}"))
    ]


def read(folder: Path) -> tuple[dict[str, pa.Table], Counts]:
    """Tables `observations`, `products` and of the keyword services, repaired, and the count of each rule.

    Raises FileNotFoundError where the folder has no table of observations.
    """
    files, counts = files_of(folder), Counts()
    groups = {
        name: [path for path in files if path.name.startswith(prefixes)]
        for name, prefixes in {
            "observations": ("caom_observations", "observations"),
            "products": ("caom_products", "products"),
            "keywords": ("jwst_keyword",),
        }.items()
    }
    if not groups["observations"]:
        raise FileNotFoundError(f"{folder} holds no observations*.csv, .csv.gz or .parquet.")
    tables = {"observations": repair.observations(_united(groups["observations"], SCHEMA), counts)}
    tables["products"] = repair.products(_united(groups["products"], PRODUCT_SCHEMA), counts)
    if groups["keywords"]:
        tables |= _keyword_tables(groups["keywords"], counts)
    return tables, counts


def _united(files: Sequence[Path], wanted: pa.Schema) -> pa.Table:
    return pa.concat_tables([shaped(texts_of(path), wanted) for path in files] or [wanted.empty_table()])


def texts_of(path: Path) -> pa.Table:
    """A file's table; of a csv all columns as texts, blank ones null."""
    if path.suffix == ".parquet":
        return pq.read_table(path)
    names = pcsv.open_csv(path).schema.names
    options = pcsv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    return pcsv.read_csv(
        path, convert_options=options, parse_options=pcsv.ParseOptions(newlines_in_values=True)
    )


def shaped(table: pa.Table, wanted: pa.Schema) -> pa.Table:
    """The columns of a schema, cast; those the table lacks are null, others are left out."""
    columns = [
        _cast(table[field.name], field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, type=field.type)
        for field in wanted
    ]
    return pa.Table.from_arrays(columns, schema=wanted)


def _cast(column: Column, kind: pa.DataType) -> Column:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column.cast(kind)
    told = without_blanks(column)
    if pa.types.is_boolean(kind):
        return pa.chunked_array([[word and word.lower() in _TRUE for word in told.to_pylist()]], type=kind)
    # 3.0 stands for 3 in tables that passed through other hands.
    return told.cast(pa.float64()).cast(kind) if pa.types.is_integer(kind) else told.cast(kind)


def _keyword_tables(files: Sequence[Path], counts: Counts) -> dict[str, pa.Table]:
    """One table a service; rows of later files only where no earlier one has their dataURI."""
    read_files = [_original_filters(texts_of(path)) for path in files]
    tables = {}
    for instrument, service in _SERVICES.items():
        parts = [
            part.filter(pc.equal(part["instrume"].cast(pa.string()), pa.scalar(instrument)))
            for part in read_files
        ]
        repaired = [repair.keywords(shaped(part, schema_of(service)), counts) for part in parts[:1]]
        seen = repaired[0]["dataURI"]
        for part in parts[1:]:
            # What another form of the same rows needs repaired is counted once, in the first.
            more = repair.keywords(shaped(part, schema_of(service)), Counts())
            repaired.append(more.filter(pc.invert(pc.is_in(more["dataURI"], seen.combine_chunks()))))
        table = pa.concat_tables(repaired)
        if table.num_rows:
            tables[service] = _unmeasured(table)
    return tables


def _original_filters(table: pa.Table) -> pa.Table:
    """The header's filter, where the recorder put another name in its place (`NC.F140M`)."""
    if "orig-filter" not in table.column_names:
        return table
    original = without_blanks(table["orig-filter"])
    filters = pc.coalesce(
        original, pc.replace_substring_regex(table["filter"].cast(pa.string()), r"^[A-Z]{2}\.", "")
    )
    return table.set_column(table.schema.get_field_index("filter"), "filter", filters)


def _unmeasured(table: pa.Table) -> pa.Table:
    """Without sizes and checksums: they are those of the body served, put in page by page."""
    for name in ("fileSize", "checksum"):
        place = table.schema.get_field_index(name)
        field = table.schema.field(place)
        table = table.set_column(place, field, pa.nulls(table.num_rows, type=field.type))
    return table
