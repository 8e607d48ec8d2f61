"""The table grammar: what is understood, what is refused, and how an address is written back."""

import pytest

from mastportal.tables.columns import BadQuery
from mastportal.tables.grammar import TableQuery
from tests.tables.make import SCHEMA


def refusal(query: str) -> BadQuery:
    with pytest.raises(BadQuery) as caught:
        TableQuery.parse(query, SCHEMA)
    return caught.value


def test_an_unknown_column_names_itself_and_the_nearest() -> None:
    error = refusal("f.target=M57")
    assert error.field == "f.target"
    assert "“target”" in error.message
    assert "target_name" in error.message


@pytest.mark.parametrize("parameter", ["sort=-t_mim", "columns=obsid,t_mim", "facets=t_mim", "null.t_mim=1"])
def test_every_parameter_that_names_a_column_is_checked(parameter: str) -> None:
    error = refusal(parameter)
    assert error.field == parameter.split("=")[0]
    assert "t_min" in error.message


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("mim.t_min=3", "is no filter"),
        ("min.t_min=soon", "takes a number or a date"),
        ("min.t_min=inf", "takes a number"),
        ("f.calib_level=three", "takes a number"),
        ("like.calib_level=3*", "is not text"),
        ("f.mtFlag=maybe", "takes true or false"),
        ("min.mtFlag=0", "has no range"),
        ("null.t_min=perhaps", "takes true or false"),
        ("page=0", "whole number from 1"),
        ("page_size=1001", "from 1 to 1,000"),
        ("page=²", "whole number"),
        ("sky=square 1 2 3", "is written"),
    ],
)
def test_refusals_are_plain_sentences(query: str, words: str) -> None:
    error = refusal(query)
    assert words in error.message
    assert error.message.endswith(".")
    assert error.field == query.split("=")[0]


def test_what_is_usual_is_not_written() -> None:
    assert TableQuery.parse("page=1&page_size=50&q=&sort=", SCHEMA).querystring() == ""


def test_an_address_is_written_back_as_it_was_read() -> None:
    address = (
        "result=abc&f.filters=F150W&not.target_name=A%20%26%20B&min.t_min=2022-07-12&q=deep&sort=-t_min,obsid"
    )
    assert TableQuery.parse(address, SCHEMA).querystring() == address


def test_parameters_of_others_are_kept() -> None:
    assert TableQuery.parse("result=7&result=8", SCHEMA).extra == (("result", "7"), ("result", "8"))


def test_a_filter_more_or_less_goes_back_to_the_first_page() -> None:
    query = TableQuery.parse("page=4&f.target_name=a", SCHEMA)
    assert query.with_("f", "target_name", "b").querystring() == "f.target_name=a&f.target_name=b"
    assert query.without("f", "target_name", "A").querystring() == ""


def test_changing_one_part_keeps_the_rest() -> None:
    query = TableQuery.parse("f.target_name=a&sort=t_min&page=2", SCHEMA)
    assert query.querystring(page=3) == "f.target_name=a&sort=t_min&page=3"


def test_blank_ranges_from_a_form_say_nothing() -> None:
    assert TableQuery.parse("min.t_min=&max.t_min=+&like.target_name=&f.calib_level=", SCHEMA).filters == ()


def test_a_filter_said_twice_is_said_once() -> None:
    assert len(TableQuery.parse("f.target_name=a&f.target_name=a", SCHEMA).filters) == 1
