"""How a question reads to a person and to Python; the lines themselves are run in test_client_code."""

import ast
from types import SimpleNamespace

import pytest

from mastportal.mast.criteria import parse_question


def words(**question):
    return parse_question({"collection": "observations"} | question).words()


def code(**question):
    return parse_question({"collection": "observations"} | question).code()


def test_a_target_is_said_with_radius_and_defaults():
    assert words(target="m57 r=1m") == (
        "Observations whose footprint meets a circle of 1′ radius around M 57; "
        "every mission, every level (planned ones too) and every access right (exclusive ones too)."
    )


def test_the_default_radius_is_spelled_out():
    assert "(0.2° radius, or the object's own size where that is larger)" in words(target="m57")
    assert "around 18h53m35.0s +33d01m44s (0.2° radius)" in words(target="283.396 33.029")


def test_a_located_name_says_the_radius_in_use():
    place = SimpleNamespace(ra_deg=10.68, dec_deg=41.27, radius_deg=1.5)
    located = parse_question({"collection": "observations", "target": "m31"}).located(place)
    assert "a circle of 1.5° radius around M 31" in located.words()


@pytest.mark.parametrize(
    ("criteria", "said"),
    [
        ({"instrument_name": "nircam"}, "Instrument is NIRCAM (every mode)"),
        ({"instrument_name": "NIRCAM/IMAGE"}, "Instrument is NIRCAM/IMAGE"),
        ({"filters": ["F277W", "F150W"]}, "Filters is F150W or F277W"),
        ({"target_name": "te*t"}, "Target name is like te*t"),
        ({"t_exptime": {"min": 5}}, "Exposure length is at least 5 s"),
        ({"t_exptime": {"max": 5}}, "Exposure length is at most 5 s"),
        ({"em_min": {"min": 600, "max": 5000.5}}, "Min. wavelength is 600 to 5000.5 nm"),
        ({"em_min": 600}, "Min. wavelength is 600 nm"),
        ({"filters": list("abcdefg")}, "Filters is a, b, c, d or 3 more"),
    ],
)
def test_conditions_are_said(criteria, said):
    assert said in words(criteria=criteria)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"collection": "programs", "programs": "1176"}, "Observations of programme 1176; every mission"),
        ({"collection": "programs", "programs": "1176 1073"}, "Observations of programmes 1073 and 1176;"),
        ({"collection": "ids", "ids": "abc_1"}, "Observations with the id abc_1;"),
        (
            {"collection": "jwst-keywords", "instrument": "niriss"},
            "The highest-level FITS files in JWST's NIRISS keywords",
        ),
    ],
)
def test_every_collection_is_said(question, said):
    assert words(**question).startswith(said)


def test_what_is_asked_for_is_no_default():
    said = {"obs_collection": "JWST", "calib_level": 3, "dataRights": "PUBLIC"}
    assert words(criteria=said).endswith("Mission is JWST.")


@pytest.mark.parametrize(
    "question",
    [
        {"target": "m57 r=1m"},
        {"target": "it's r=1m"},
        {"target": "283.396 33.029", "criteria": {"filters": ["F277W"]}},
        {"criteria": {"instrument_name": ["nircam", "miri"], "t_min": {"min": 59000}}},
        {"collection": "programs", "programs": "1176"},
        {"collection": "ids", "ids": [f"id_{n}" for n in range(600)]},
        {"collection": "jwst-keywords", "instrument": "niriss", "criteria": {"exp_type": "NIS_WFSS"}},
    ],
)
def test_the_code_is_python(question):
    names = {node.id for node in ast.walk(ast.parse(code(**question))) if isinstance(node, ast.Name)}
    assert names <= {"Observations", "Mast", "vstack", "position", "observations", "files"}


def test_a_name_is_resolved_by_the_code_itself():
    assert code(target="m57 r=1m").splitlines() == [
        "from astroquery.mast import Observations",
        "position = Observations.resolve_object('m57')",
        'observations = Observations.query_region(coordinates=position, radius="0.0166667 deg")',
    ]
