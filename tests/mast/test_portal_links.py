"""Links to searches of MAST's own Portal become questions; what cannot be read is said in one sentence."""

import json
from urllib.parse import quote

import pytest

from mastportal.mast.criteria import parse_question
from mastportal.mast.errors import BadQuestion
from mastportal.mast.portal_links import question_of_link

PAGE = "https://mast.stsci.edu/portal/Mashup/Clients/Mast/Portal.html?searchQuery="


def link(asked):
    return PAGE + quote(asked if isinstance(asked, str) else json.dumps(asked))


def advanced(*filters, position="undefined, undefined, undefined"):
    return {
        "service": "CAOMFILTERED",
        "inputText": list(filters),
        "position": position,
        "paramsService": "Mast.Caom.Filtered",
        "columns": "*",
    }


PROGRAMME = {"paramName": "proposal_id", "values": [], "valString": "1345", "freeText": "1345"}
MISSION = {"paramName": "obs_collection", "values": ["JWST"], "separator": ";", "facetType": "discrete"}
DATES = {"paramName": "t_min", "values": [{"min": 59000, "max": 60000}]}
TARGET = {"paramName": "target_name", "values": [], "freeText": "VV%"}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("M101", "around M 101 "),
        ({"service": "CAOM", "inputText": "m57 r=1m"}, "a circle of 1′ radius around M 57"),
        (advanced(PROGRAMME), "Observations of programme 1345;"),
        (advanced(PROGRAMME, MISSION), "where Mission is JWST and Programme id is 1345"),
        (advanced(DATES, TARGET), "Target name is like VV*"),
        (
            advanced(MISSION, position="283.4, 33.03, 0.1"),
            "a circle of 6′ radius around 18h53m36.0s +33d01m48s",
        ),
    ],
)
def test_a_link_asks_what_it_asked_there(asked, words):
    question = question_of_link(link(asked))
    said = parse_question(question).words()
    assert all(word in said for word in words.split(" and ")), said


@pytest.mark.parametrize("text", ["m57 r=1m", "https://mast.stsci.edu/", "Portal.html", ""])
def test_other_texts_are_no_links(text):
    assert question_of_link(text) is None


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "{",
        "{}",
        '{"service": 5}',
        "[" * 5000,
        '{"service": "CAOM", "inputText": ' + "[" * 5000,
        {"service": "HSC", "inputText": "m57"},
        {"service": "CAOM", "inputText": [5]},
        {"service": "CAOM", "inputText": [{"paramName": "filters"}]},
        {"service": "CAOM", "inputText": " "},
    ],
)
def test_what_cannot_be_read_is_said(asked):
    with pytest.raises(BadQuestion):
        parse_question(question_of_link(link(asked)))
