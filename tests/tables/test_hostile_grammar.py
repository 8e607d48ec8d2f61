"""What people and programs write that nobody meant: it is refused in a sentence, or it is harmless."""

import pyarrow as pa
import pytest

from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import QUOTED_MOST, BadQuery, quoted
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery
from mastportal.tables.paging import page
from tests.tables import make
from tests.tables.make import SCHEMA

OPENED = OpenTable(make.table())
LONG = "x" * 100_000


def refusal(pairs: list[tuple[str, str]] | str) -> BadQuery:
    with pytest.raises(BadQuery) as caught:
        TableQuery.parse(pairs, SCHEMA)
    return caught.value


def kept(pairs: list[tuple[str, str]] | str) -> int:
    return int(matching(OPENED, TableQuery.parse(pairs, SCHEMA)).sum())


@pytest.mark.parametrize("parameter", ["page", "page_size", "facet_limit"])
@pytest.mark.parametrize(
    "written", ["0", "-1", "-0", "+1", "1.0", "1e3", "0x10", "one", "1 2", "٣", "²", "9" * 5000, "1_0"]
)
def test_whole_numbers_are_written_in_digits_and_within_bounds(parameter: str, written: str) -> None:
    error = refusal([(parameter, written)])
    assert error.field == parameter
    assert "must be a whole number from 1 to" in error.message


@pytest.mark.parametrize(("written", "meant"), [(" 2 ", 2), ("007", 7), ("0" * 5000 + "3", 3), ("", 1)])
def test_whole_numbers_may_have_blanks_and_noughts(written: str, meant: int) -> None:
    assert TableQuery.parse([("page", written)], SCHEMA).page == meant


@pytest.mark.parametrize(
    ("parameter", "most"), [("page", 10**9), ("page_size", 1000), ("facet_limit", 10_000)]
)
def test_the_largest_whole_number_is_allowed_and_no_more(parameter: str, most: int) -> None:
    assert getattr(TableQuery.parse([(parameter, str(most))], SCHEMA), parameter) == most
    assert refusal([(parameter, str(most + 1))]).field == parameter


def test_a_huge_page_is_a_page_without_rows() -> None:
    found = page(OPENED, TableQuery.parse("page=1000000000&page_size=1000", SCHEMA))
    assert (found.rows, found.matched, found.pages) == ([], 5, 1)


@pytest.mark.parametrize("name", ["f.target_name", "like.target_name", "min.t_min", "q", "sort", "result"])
def test_half_a_character_is_refused(name: str) -> None:
    error = refusal([(name, "a\ud800b")])
    assert error.field == name
    assert "half of a character" in error.message


def test_half_a_character_in_a_name_is_refused_in_words_that_can_be_sent() -> None:
    error = refusal([("f.\udfff", "x")])
    assert (error.message + error.field).encode("ascii", "strict")


@pytest.mark.parametrize(
    "pairs",
    [
        [("page", LONG)],
        [("f." + LONG, "1")],
        [("sort", LONG)],
        [(LONG + ".t_min", "1")],
        [("min.t_min", LONG)],
        [("null.t_min", LONG)],
        [("f.mtFlag", LONG)],
    ],
)
def test_a_long_mistake_is_not_given_back_whole(pairs: list[tuple[str, str]]) -> None:
    assert len(refusal(pairs).message) < 4 * QUOTED_MOST


def test_a_short_text_is_quoted_whole() -> None:
    assert quoted("x" * QUOTED_MOST) == f"“{'x' * QUOTED_MOST}”"
    assert quoted("x" * (QUOTED_MOST + 1)).endswith("x…”")


@pytest.mark.parametrize("name", ["f.target_name", "like.target_name", "min.target_name", "q"])
def test_a_very_long_value_just_matches_nothing(name: str) -> None:
    assert kept([(name, LONG)]) == 0


def test_a_very_long_value_is_found_where_it_is() -> None:
    table = OpenTable(pa.table({"x": [LONG, LONG + "y", None]}))
    for name, count in (("f.x", 1), ("like.x", 1), ("not.x", 1), ("unlike.x", 1), ("q", 2), ("min.x", 2)):
        query = TableQuery.parse([(name, LONG)], table.schema)
        assert matching(table, query).sum() == count, name


@pytest.mark.parametrize("pattern", ["*" * 3000, "*v*" * 50, "a*" * 1000])
def test_many_stars_take_no_time(pattern: str) -> None:
    assert kept([("like.target_name", pattern)]) in {0, 4}


@pytest.mark.parametrize("value", ["nan", "NaN", "inf", "-Infinity", "1e999", "-1e999"])
@pytest.mark.parametrize("name", ["f.t_min", "not.t_min", "min.t_min", "max.calib_level"])
def test_what_is_no_number_is_refused(name: str, value: str) -> None:
    assert refusal([(name, value)]).field == name


@pytest.mark.parametrize("value", ["2022-13-01", "2022-02-30", "2022-7-1", "July 2022", "2022-07", "12:00"])
def test_what_is_no_date_is_refused_with_one_that_is(value: str) -> None:
    assert "such as 2022-07-12" in refusal([("min.t_min", value)]).message


def test_only_days_may_be_written_as_dates() -> None:
    assert "date" not in refusal("min.calib_level=2022-07-12").message


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (".t_min", "is no filter"),
        ("f.", "There is no column"),
        (".", "is no filter"),
        ("F.t_min", "is no filter"),
        ("f.T_MIN", "Nearest: t_min"),
        ("f.t_min.x", "There is no column"),
        ("min.obsid.", "There is no column"),
    ],
)
def test_odd_names_are_refused(name: str, words: str) -> None:
    error = refusal([(name, "1")])
    assert words in error.message
    assert error.field == name


def test_an_unknown_column_far_from_any_says_where_to_look() -> None:
    assert refusal("f.zzzzzzzz=1").message.endswith("See the list of columns.")


@pytest.mark.parametrize("names", [",", ",,", " , ", ""])
def test_lists_of_nothing_say_nothing(names: str) -> None:
    found = TableQuery.parse([("sort", names), ("columns", names), ("facets", names)], SCHEMA)
    assert found == TableQuery()


def test_names_said_twice_count_once_and_keep_their_first_place() -> None:
    found = TableQuery.parse("columns=t_min, obsid,t_min&sort=-t_min,-t_min,obsid", SCHEMA)
    assert (found.columns, found.sort) == (("t_min", "obsid"), ("-t_min", "obsid"))


def test_a_lone_minus_is_no_column() -> None:
    assert refusal("sort=-").field == "sort"
    assert refusal("columns=-t_min").field == "columns"


def test_of_a_parameter_said_twice_the_last_counts() -> None:
    found = TableQuery.parse("page=2&q=a&page=3&q=b&sort=obsid&sort=t_min", SCHEMA)
    assert (found.page, found.q, found.sort) == (3, "b", ("t_min",))


def test_filters_said_twice_are_any_of_both() -> None:
    assert kept("f.target_name=VV191&f.target_name=VV-191") == 3
    assert kept("min.calib_level=0&min.calib_level=3") == 2


def test_a_question_mark_and_escapes_are_read() -> None:
    found = TableQuery.parse("?f.target_name=A%26B+%3D%20C&q=%C3%A9", SCHEMA)
    assert found.values("f", "target_name") == ["A&B = C"]
    assert found.q == "é"


def test_a_bad_region_of_the_sky_is_refused_wherever_it_stands() -> None:
    assert refusal("f.target_name=a&sky=circle 1 2").field == "sky"


@pytest.mark.parametrize("column", ["target_name", "filters"])
def test_empty_means_the_empty_text_where_values_are_named(column: str) -> None:
    for operator in ("f", "not"):
        assert TableQuery.parse(f"{operator}.{column}=", SCHEMA).values(operator, column) == [""]
    for operator in ("like", "unlike", "min", "max", "null"):
        assert TableQuery.parse(f"{operator}.{column}=", SCHEMA).filters == ()


@pytest.mark.parametrize("written", ["1", "true", "T", "yes", " TRUE "])
def test_true_has_many_spellings(written: str) -> None:
    assert kept([("f.mtFlag", written)]) == 1
    assert kept([("null.mtFlag", written)]) == 1


@pytest.mark.parametrize("written", ["0", "false", "F", "no", " False "])
def test_false_has_many_spellings(written: str) -> None:
    assert kept([("f.mtFlag", written)]) == 3
    assert kept([("null.mtFlag", written)]) == 4
