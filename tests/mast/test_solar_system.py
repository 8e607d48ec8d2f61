"""Which names belong to bodies that move, and the search that finds targets named after them."""

import pytest

from mastportal.mast.criteria import parse_question
from mastportal.mast.solar_system import is_moving_body, target_name_question


@pytest.mark.parametrize(
    "name",
    [
        "Jupiter",
        "TITAN",
        " mars ",
        "67P",
        "67P/Churyumov-Gerasimenko",
        "C/2017 K2",
        "comet 29P",
        "2003 UB313",
        "(1) Ceres",
        "4 Vesta",
    ],
)
def test_bodies_are_known(name):
    assert is_moving_body(name)


@pytest.mark.parametrize(
    "name", ["m57", "NGC 6720", "VV 191", "47 Tuc", "TRAPPIST-1", "HD 189733", "Io Cas", "C 14"]
)
def test_other_names_are_not_bodies(name):
    assert not is_moving_body(name)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("Jupiter", "*jupiter*"),
        ("67P/Churyumov-Gerasimenko", "*67p*churyumov*gerasimenko*"),
        ("C/2017 K2", "*c*2017*k2*"),
    ],
)
def test_the_target_name_search_is_a_question(name, pattern):
    criteria = parse_question(target_name_question(name))
    assert criteria.filter_of("target_name").values == (pattern,)
