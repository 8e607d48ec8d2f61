"""Tables as IVOA VOTable 1.4, written by hand because building one in memory is slow and large; no Django."""

import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa

from mastportal.tables.batches import about, described, rows, standard_unit
from mastportal.tables.columns import Column

_DATATYPES = {
    "string": 'datatype="unicodeChar" arraysize="*"',
    "int": 'datatype="long"',
    "float": 'datatype="double"',
    "bool": 'datatype="boolean"',
}
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SYSTEMS = {
    "icrs": '<COOSYS ID="icrs" system="ICRS"/>\n',
    "utc": '<TIMESYS ID="utc" timeorigin="MJD-origin" timescale="UTC" refposition="UNKNOWN"/>\n',
    "tdb": '<TIMESYS ID="tdb" timeorigin="MJD-origin" timescale="TDB" refposition="BARYCENTER"/>\n',
}
_CLOSED = "</TABLE>\n</RESOURCE>\n</VOTABLE>\n"


def chunks(table: pa.Table) -> Iterator[bytes]:
    """One RESOURCE with one TABLE in TABLEDATA; an empty cell is a null, as VOTable 1.3 and later have it."""
    yield _opened(table).encode()
    yield b"<DATA><TABLEDATA>\n"
    for batch in rows(table):
        yield "".join(f"<TR>{''.join(map(_cell, row))}</TR>\n" for row in batch).encode()
    yield f"</TABLEDATA></DATA>\n{_CLOSED}".encode()


def without_data(table: pa.Table) -> str:
    """The document without its rows, as a Parquet file carries it."""
    return _opened(table) + _CLOSED


def _opened(table: pa.Table) -> str:
    columns = described(table)
    told = about(table)
    description = f"<DESCRIPTION>{_text(told.question)}</DESCRIPTION>\n" if told.question else ""
    infos = "".join(
        f"<INFO name={quoteattr(name)} value={_attribute(text)}/>\n"
        for name, text in told.told()
        if name != "question"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">\n'
        f'<RESOURCE type="results">\n{description}<INFO name="QUERY_STATUS" value="OK"/>\n{infos}'
        f'{_systems(columns)}<TABLE nrows="{table.num_rows}">\n{"".join(map(_field, columns))}'
    )


def _systems(columns: Sequence[Column]) -> str:
    used = {column.system for column in columns}
    return "".join(element for system, element in _SYSTEMS.items() if system in used)


def _field(column: Column) -> str:
    unit = standard_unit(column)
    attributes = f"name={_attribute(column.name)} {_DATATYPES[column.type]}"
    attributes += f" unit={_attribute(unit)}" if unit else ""
    attributes += f" ucd={_attribute(column.ucd)}" if column.ucd else ""
    attributes += f' ref="{column.system}"' if column.system in _SYSTEMS else ""
    return f"<FIELD {attributes}><DESCRIPTION>{_text(_meaning(column))}</DESCRIPTION></FIELD>\n"


def _meaning(column: Column) -> str:
    return f"{column.description or column.label}{' (MJD)' if column.unit == 'MJD' else ''}"


def _cell(value: object) -> str:
    if value is None:
        return "<TD/>"
    if isinstance(value, str):
        return f"<TD>{_text(value)}</TD>"
    return f"<TD>{str(value).lower() if isinstance(value, bool) else value}</TD>"


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("�", text), {"\r": "&#13;"})


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("�", text))
