"""Owns the question for the Observations that files of a keyword result belong to. Asks the archive nothing.

Its body names the search, the snapshot looked at and the filters or the chosen files, so that what it asks
never changes. `prepared` makes that body of what a person asks; `read` reads it back.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
from django.urls import reverse

from mastportal.mast.errors import BadQuestion, NotFound
from mastportal.mast.fields import OBSERVATION_FIELDS, Field
from mastportal.mast.target import Target
from mastportal.search.models import ResultSet, Search
from mastportal.search.snapshots import open_table, snapshot
from mastportal.tables.codes import OpenTable
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery

MOST_FILES = 20_000  # chosen one by one
LEVEL3, EXPOSURE = "level-3 parent", "exposure"
FILES_MATCHED = Field(
    "files_matched",
    "Files matched",
    "int",
    description="How many of the files asked about this observation's product list holds",
    kind="range",
    visible=True,
    group="Files",
)
BELONGS_AS = Field(
    "belongs_as",
    "Belongs as",
    "string",
    description="Whether the files belong to it as to a level-3 parent or as to the exposure that made them",
    kind="values",
    visible=True,
    group="Files",
    choices=(LEVEL3, EXPOSURE),
)
FILE_FIELDS = (BELONGS_AS, FILES_MATCHED)
_ASKED = {"collection", "from_search", "result", "filters", "dataURI"}
_CANONICAL = {*_ASKED, "files", "of"}
# What of a keyword row says where its file may belong.
CLUES = ("dataURI", "exp_type", "filter", "pupil", "grating", "channel")


@dataclass(frozen=True, slots=True)
class FromFiles:
    """Made by `prepared` and `read`. `files` is how many files are meant, `of` what they were found by."""

    from_search: str
    result: str
    filters: str = ""
    uris: tuple[str, ...] = ()
    files: int = 0
    of: str = ""
    collection: str = "observations"
    target: Target | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        return (*OBSERVATION_FIELDS, *FILE_FIELDS)

    def as_json(self) -> dict[str, object]:
        """The canonical body of the question."""
        parts: dict[str, object] = {
            "collection": self.collection,
            "from_search": self.from_search,
            "result": self.result,
            "filters": self.filters,
            "files": self.files,
            "of": self.of,
        }
        return parts | ({"dataURI": list(self.uris)} if self.uris else {})

    def fingerprint(self) -> str:
        """SHA-256 in hex of what is asked; a newer answer to the keyword search makes another question."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    def words(self) -> str:
        """The question as one English sentence."""
        many, verb = (
            ("the one file", "belongs") if self.files == 1 else (f"the {self.files:,} files", "belong")
        )
        chosen = ", chosen one by one," if self.uris else ""
        filters = f", filtered by {self.filters}," if self.filters else ""
        return f"Observations that {many} of “{self.of.rstrip('.')}”{filters}{chosen} {verb} to."

    def code(self) -> str:
        """Python that asks MAST the same: every product list of the programmes is looked through."""
        return _LINES.format(uris="\n".join(f"    {uri!r}," for uri in self.named()))

    @property
    def services(self) -> tuple[str, ...]:
        """What the archive is asked for."""
        return ("Mast.Caom.Filtered", "Mast.Caom.Products (one list or a few at a time)")

    def named(self) -> list[str]:
        """The data URIs meant. Raises NoRows when the keyword rows are not kept any more, BadQuestion."""
        return [str(uri) for uri in files_of(self)["dataURI"].to_pylist()]


_LINES = """from astroquery.mast import Observations

files = {{
{uris}
}}
programmes = sorted({{name.split("/")[-1][2:7].lstrip("0") for name in files}})
candidates = Observations.query_criteria(
    obs_collection="JWST", proposal_id=programmes, calib_level=[1, 2, 3]
)
observations = candidates[
    [bool(files.intersection(Observations.get_product_list(row)["dataURI"])) for row in candidates]
]"""


def is_of(body: Mapping[str, object]) -> bool:
    """Whether a body asks this."""
    return "from_search" in body


def read(body: Mapping[str, object]) -> FromFiles:
    """The question of its canonical body. Raises BadQuestion for any other: see `prepared`."""
    if not _CANONICAL - {"dataURI"} <= set(body) <= _CANONICAL:
        raise BadQuestion("The observations of files cannot be asked for here.", field="from_search")
    uris = cast(Sequence[str], body.get("dataURI") or ())
    search, result, filters, of = (str(body[name]) for name in ("from_search", "result", "filters", "of"))
    return FromFiles(search, result, filters, tuple(uris), int(cast(int, body["files"])), of)


def prepared(body: Mapping[str, object]) -> dict[str, object]:
    """The canonical body of what a person asks; bodies of other questions as they are.

    What a body says of itself that follows from the rest, its number of files and its words, is made anew.

    Raises NotFound for no such search, BadQuestion and BadQuery for what it does not have, NoRows when its
    rows are not here yet or not any more.
    """
    if not is_of(body):
        return dict(body)
    if strangers := [name for name in body if name not in {*_CANONICAL, "refresh"}]:
        raise BadQuestion(
            f"A question from files has no part called “{strangers[0][:40]}”; filter its rows instead.",
            field=strangers[0],
        )
    if body.get("collection", "observations") != "observations":
        raise BadQuestion("Files belong to observations: the collection must be that.", field="collection")
    search = _search(str(body["from_search"]))
    result = snapshot(search, _text(body, "result"))
    table = open_table(result.pk)
    asked = FromFiles(str(search.pk), str(result.pk), of=search.words)
    if (uris := body.get("dataURI")) is not None:
        asked = replace(asked, uris=_chosen(uris, table))
    else:
        asked = replace(asked, filters=_filters(_text(body, "filters"), table))
    asked = replace(asked, files=_meant(asked, table).num_rows)
    if not asked.files:
        raise BadQuestion("No file matches; change the filters.", field="filters")
    return asked.as_json() | ({"refresh": body["refresh"]} if "refresh" in body else {})


def _search(text: str) -> Search:
    try:
        search = Search.objects.select_related("current", "latest").get(pk=UUID(text))
    except ValueError:
        raise BadQuestion("That is not the id of a search.", field="from_search") from None
    except Search.DoesNotExist:
        raise NotFound("There is no such search.") from None
    if search.collection != "jwst-keywords":
        raise BadQuestion(
            "That search found observations already; only files of a keyword search belong to some.",
            field="from_search",
        )
    return search


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str):
        raise BadQuestion(f"The {name} must be one text.", field=name)
    return value


def _chosen(given: object, table: OpenTable) -> tuple[str, ...]:
    if not isinstance(given, list) or not given or not all(isinstance(uri, str) for uri in given):
        raise BadQuestion("The dataURI must be a list of one or more texts.", field="dataURI")
    if len(given) > MOST_FILES:
        raise BadQuestion(
            f"At most {MOST_FILES:,} files can be chosen one by one; use filters.", field="dataURI"
        )
    wanted = sorted(set(given))
    there = set(table.table["dataURI"].to_pylist())
    if foreign := [uri for uri in wanted if uri not in there]:
        raise BadQuestion(f"Not among the rows of this search: {foreign[0][:100]}.", field="dataURI")
    return tuple(wanted)


def _filters(text: str, table: OpenTable) -> str:
    """The filters alone, in one order: columns shown, sorting and pages change nothing of what is asked."""
    query = TableQuery.parse(text, table.schema)
    in_order = sorted(query.filters, key=lambda each: (each.parameter, each.value))
    return TableQuery(filters=tuple(in_order), q=query.q, sky=query.sky).querystring()


def files_of(asked: FromFiles) -> pa.Table:
    """The rows of the files meant, with the columns CLUES as far as they have them. Raises NoRows."""
    return _meant(asked, open_table(UUID(asked.result)))


def _meant(asked: FromFiles, table: OpenTable) -> pa.Table:
    rows = table.table.select([name for name in CLUES if name in table.columns])
    if "dataURI" not in table.columns:
        raise BadQuestion("The rows of that search name no files.", field="from_search")
    if asked.uris:
        return rows.filter(pc.is_in(rows["dataURI"], value_set=pa.array(asked.uris, rows["dataURI"].type)))
    mask = matching(table, TableQuery.parse(asked.filters, table.schema))
    return rows.filter(pc.and_(pa.array(mask), pc.is_valid(rows["dataURI"])))


def asked_about(search: Search) -> dict[str, Any] | None:
    """For the page of such a search: the address of the files asked about; None for another kind."""
    if not is_of(search.criteria):
        return None
    asked = read(search.criteria)
    url = reverse("result", args=[asked.from_search])
    if not ResultSet.objects.filter(pk=asked.result, rows_removed_at=None).exists():
        return {"url": url}
    return {"url": f"{url}?result={asked.result}" + (f"&{asked.filters}" if asked.filters else "")}
