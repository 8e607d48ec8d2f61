"""A table's filters as one sentence; hostile values stay what they are, plain text."""

import pytest

from mastportal.mast.fields import OBSERVATION_FIELDS, arrow_schema
from mastportal.tables.columns import columns_of
from mastportal.tables.grammar import TableQuery
from mastportal.tables.words import filters_in_words

SCHEMA = arrow_schema(OBSERVATION_FIELDS)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", ""),
        ("sort=-t_min&columns=obs_id&page=2", ""),
        ("f.obs_collection=JWST", "Mission is JWST"),
        ("f.obs_collection=JWST&f.obs_collection=HST", "Mission is JWST or HST"),
        ("not.filters=F150W&unlike.target_name=*gs*", "Filters is not F150W; Target name is not like *gs*"),
        ("min.t_exptime=5&max.t_exptime=60.5", "Exposure length is at least 5 s and at most 60.5 s"),
        ("null.t_min=1&null.t_max=0", "Start time has no value; End time has a value"),
        ("f.target_name=", "Target name is empty"),
        ("q=<b>vv", "any text contains “<b>vv”"),
        ("sky=circle 1 2 3", "the footprint meets circle 1 2 3"),
        ("&".join(f"f.filters={n}" for n in range(9)), "Filters is 0, 1, 2, 3 or 5 more"),
    ],
)
def test_filters_are_said(query, words):
    assert (
        filters_in_words(TableQuery.parse(query, SCHEMA), columns_of(SCHEMA)).casefold() == words.casefold()
    )
