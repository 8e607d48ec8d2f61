"""Owns the question for Observations that hold files with certain instrument keywords: two services in one.

Its body is that of an observations' search with a part `keywords`, as a keyword search takes it:
`{"target": …, "criteria": {…}, "keywords": {"instrument": "niriss", "criteria": {…}}}`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
from django.conf import settings

from mastportal.mast.client import MastClient
from mastportal.mast.criteria import Criteria, parse_question
from mastportal.mast.errors import BadQuestion
from mastportal.mast.fields import Field, arrow_schema
from mastportal.mast.membership import program_of
from mastportal.mast.target import Target
from mastportal.search.from_files import CLUES, FILE_FIELDS

_PARTS = {"instrument", "criteria"}
# So many programmes are named to the keyword service; of more, files of every programme are asked for.
MOST_PROGRAMS = 200


@dataclass(frozen=True, slots=True)
class HoldingFiles:
    """Observations by `observations`, of which those remain that hold files by `keywords`."""

    observations: Criteria
    keywords: Criteria
    services: tuple[str, ...] = ("Mast.Caom.Filtered", "Mast.Jwst.Filtered", "Mast.Caom.Products")

    @property
    def collection(self) -> str:
        return self.observations.collection

    @property
    def target(self) -> Target | None:
        return self.observations.target

    @property
    def fields(self) -> tuple[Field, ...]:
        return (*self.observations.fields, *FILE_FIELDS)

    def located(self, observations: Criteria) -> "HoldingFiles":
        """The same with its position known."""
        return replace(self, observations=observations)

    def as_json(self) -> dict[str, object]:
        """The canonical body of the question."""
        asked = self.keywords.as_json()
        return self.observations.as_json() | {
            "keywords": {name: asked[name] for name in asked if name in _PARTS}
        }

    def fingerprint(self) -> str:
        """SHA-256 in hex of the canonical question, ignoring case as the archive does."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).casefold().encode()).hexdigest()

    def words(self) -> str:
        """The question as one English sentence."""
        files = self.keywords.words().rstrip(".")
        return f"{self.observations.words().rstrip('.')}; only those that hold some of “{files}”."

    def code(self) -> str:
        """Python that asks MAST the same through astroquery."""
        return "\n".join(
            [
                self.observations.code(),
                self.keywords.code(),
                'wanted = set(files["dataURI"])',
                "observations = observations[[",
                '    bool(wanted.intersection(Observations.get_product_list(row)["dataURI"]))',
                "    for row in observations",
                "]]",
            ]
        )

    def of_programs(self, programs: Iterable[str]) -> Criteria:
        """The keyword question for the files of these programmes alone, where they can be named."""
        named = sorted(set(programs), key=int)
        if self.keywords.filter_of("program") is not None or len(named) > MOST_PROGRAMS:
            return self.keywords
        body = self.keywords.as_json()
        criteria: dict[str, object] = dict(body.get("criteria") or {})  # type: ignore[call-overload]
        return parse_question(body | {"criteria": criteria | {"program": named}})


def is_of(body: Mapping[str, object]) -> bool:
    """Whether a body asks this."""
    return "keywords" in body


def read(body: Mapping[str, object]) -> HoldingFiles:
    """The question of a body. Raises BadQuestion whose `field` is the part at fault."""
    observations = parse_question({name: body[name] for name in body if name != "keywords"})
    if observations.collection == "jwst-keywords":
        raise BadQuestion("Keywords choose among observations; give them as criteria here.", field="keywords")
    asked = body["keywords"]
    if not isinstance(asked, Mapping) or not set(asked) <= _PARTS:
        raise BadQuestion(
            'The keywords are an object such as {"instrument": "niriss", "criteria": {…}}.', field="keywords"
        )
    try:
        keywords = parse_question({"collection": "jwst-keywords", **asked})
    except BadQuestion as error:
        raise BadQuestion(str(error), field=f"keywords.{error.field}") from error
    if not keywords.filters:
        raise BadQuestion("Give one keyword or more that the files are to have.", field="keywords.criteria")
    return HoldingFiles(observations, keywords)


def rows_and_files(client: MastClient, asked: HoldingFiles) -> tuple[pa.Table, list[dict[str, Any]]]:
    """The observations by their own criteria, located before, and their programmes' files by theirs."""
    rows = _all(client, asked.observations)
    programs = {program_of(obs_id or "") for obs_id in rows["obs_id"].to_pylist()} - {""}
    if not programs:
        return rows, []
    files = _all(client, asked.of_programs(programs))
    return rows, files.select([name for name in CLUES if name in files.column_names]).to_pylist()


def _all(client: MastClient, criteria: Criteria) -> pa.Table:
    pages = client.pages(criteria, settings.PAGE_ROWS, limit=settings.ROW_LIMIT)
    return pa.concat_tables([arrow_schema(criteria.fields).empty_table(), *pages])
