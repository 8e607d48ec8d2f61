"""The requests a question becomes: services, filters, positions, and parts that share no row."""

import pytest

from mastportal.mast.asking import COUNT, count_requests, filter_sets, rows_requests
from mastportal.mast.criteria import parse_question

AT_M57 = "283.396 33.029 r=1m"


def requests_of(**question):
    return rows_requests(parse_question({"collection": "observations"} | question))


def filters_of(**criteria):
    (asked,) = requests_of(criteria=criteria)
    return asked.params["filters"]


def test_a_position_alone_is_a_cone():
    (asked,) = requests_of(target=AT_M57)
    assert asked.service == "Mast.Caom.Cone"
    assert asked.params == {"ra": 283.396, "dec": 33.029, "radius": pytest.approx(1 / 60)}


def test_a_position_without_radius_gets_the_default():
    (asked,) = requests_of(target="283.396 33.029")
    assert asked.params["radius"] == 0.2


def test_a_position_with_criteria_is_filtered_around_it():
    (asked,) = requests_of(target="283.396 33.029 r=0.5", criteria={"obs_collection": "JWST"})
    assert asked.service == "Mast.Caom.Filtered.Position"
    assert asked.params["position"] == "283.396, 33.029, 0.5"
    assert asked.params["filters"] == [{"paramName": "obs_collection", "separator": ";", "values": ["JWST"]}]


def test_a_position_is_counted_with_an_empty_filter():
    ((_, asked),) = count_requests(
        parse_question({"collection": "observations", "target": "283.396 33.029 r=0.5"})
    )
    assert asked.service == "Mast.Caom.Filtered.Position"
    assert asked.params == {"columns": COUNT, "filters": [], "position": "283.396, 33.029, 0.5"}


def test_an_unresolved_name_cannot_be_asked():
    with pytest.raises(ValueError, match="located"):
        requests_of(target="m57")


def test_programmes_are_filtered_by_id():
    (asked,) = rows_requests(parse_question({"collection": "programs", "programs": "jw01176 1073"}))
    assert asked.service == "Mast.Caom.Filtered"
    assert asked.params["filters"] == [{"paramName": "proposal_id", "values": ["1073", "1176"]}]


def test_bounds_and_open_ends():
    (bounds,) = filters_of(t_exptime={"min": 5, "max": 9})
    (open_end,) = filters_of(t_exptime={"min": 5})
    assert bounds["values"] == [{"min": 5, "max": 9}]
    assert open_end["values"][0]["max"] > 1e9


def test_a_wildcard_is_free_text():
    assert filters_of(target_name=["te*t", "VV 191"]) == [
        {"paramName": "target_name", "values": ["VV 191"], "freeText": "te%t"}
    ]


def test_truth_is_capitalised_text():
    assert filters_of(mtFlag=False)[0]["values"] == ["False"]


def test_an_instrument_means_its_every_mode():
    assert filters_of(instrument_name="Nircam") == [
        {"paramName": "instrument_name", "values": ["NIRCAM"], "freeText": "NIRCAM/%"}
    ]


def test_a_mode_means_itself_only():
    assert filters_of(instrument_name="NIRCAM/IMAGE") == [
        {"paramName": "instrument_name", "values": ["NIRCAM/IMAGE"]}
    ]


def test_each_further_instrument_is_a_request_of_its_own():
    asked = requests_of(criteria={"instrument_name": ["NIRCAM", "MIRI", "NIRISS/WFSS"], "calib_level": [3]})
    conditions = [each.params["filters"][1] for each in asked]
    assert [each["freeText"] for each in conditions] == ["MIRI/%", "NIRCAM/%"]
    assert [each["values"] for each in conditions] == [["MIRI", "NIRISS/WFSS"], ["NIRCAM"]]
    assert all(each.params["filters"][0]["paramName"] == "calib_level" for each in asked)


def test_long_lists_of_ids_are_asked_in_disjoint_parts():
    ids = [f"jw{number:011d}_x" for number in range(1201)]
    sets = filter_sets(parse_question({"collection": "ids", "ids": ids, "criteria": {"calib_level": [3]}}))
    asked = [value for (chosen, _) in sets for value in chosen.values]
    assert [len(chosen.values) for chosen, _ in sets] == [500, 500, 201]
    assert sorted(asked) == ids


@pytest.mark.parametrize(
    ("instrument", "service"),
    [("nircam", "Nircam"), ("guide star", "GuideStar"), ("wss", "Wss"), ("miri", "Miri"), ("FGS", "Fgs")],
)
def test_each_instrument_has_its_keyword_service(instrument, service):
    (asked,) = rows_requests(parse_question({"collection": "jwst-keywords", "instrument": instrument}))
    assert asked.service == f"Mast.Jwst.Filtered.{service}"
    assert asked.params == {"columns": "*", "filters": []}
