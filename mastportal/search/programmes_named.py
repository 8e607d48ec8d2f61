"""Owns which programmes a result is about, for links to their pages. Knows no requests; asks nobody."""

from mastportal.search.models import Search
from mastportal.tables.codes import OpenTable
from mastportal.tables.facets import facets
from mastportal.tables.grammar import Filter, TableQuery

SHOWN = 4
MISSIONS_SHOWN = 3


def programmes_named(search: Search, table: OpenTable) -> list[tuple[str, str]]:
    """(mission, id) of the programmes that were asked for by number and have rows, the first few.

    Missions number theirs separately, so one number may be two programmes.
    """
    ids = [str(each) for each in search.criteria.get("programs") or []][:SHOWN]
    if "obs_collection" not in table.columns or "proposal_id" not in table.columns:
        return []
    found = []
    for each in ids:
        only = TableQuery(filters=(Filter("f", "proposal_id", each),))
        (facet,) = facets(table, only, ["obs_collection"], MISSIONS_SHOWN)
        found += [(str(one["value"]), each) for one in facet["values"] if one["value"] and one["count"]]
    return found[:SHOWN]
