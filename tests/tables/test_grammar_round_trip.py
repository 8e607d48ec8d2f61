"""Every address a query writes is read back as that query, whatever texts it holds."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mastportal.tables.columns import BadQuery, columns_of
from mastportal.tables.grammar import Filter, TableQuery, meaning
from tests.tables.make import SCHEMA

TEXT_COLUMNS = ["obsid", "target_name", "filters", "s_region"]
NUMBER_COLUMNS = ["calib_level", "t_min"]
COLUMNS = columns_of(SCHEMA)
texts = st.text(max_size=12) | st.sampled_from(
    ["a&b=c", "100%", "+", "#frag", "a;b", "é ü", "😀", "\x00", " "]
)
said = texts.filter(str.strip)
numbers = st.integers(-(10**6), 10**6).map(str) | st.sampled_from(["1e3", "-0", "5.", ".5", "1e-300"])

text_filters = st.builds(
    Filter, st.sampled_from(["f", "not"]), st.sampled_from(TEXT_COLUMNS), texts
) | st.builds(Filter, st.sampled_from(["like", "unlike", "min", "max"]), st.sampled_from(TEXT_COLUMNS), said)
number_filters = st.builds(
    Filter, st.sampled_from(["f", "not", "min", "max"]), st.sampled_from(NUMBER_COLUMNS), numbers
)
null_filters = st.builds(
    Filter, st.just("null"), st.sampled_from(SCHEMA.names), st.sampled_from(["0", "1", "true", "F"])
)
filters = st.lists(text_filters | number_filters | null_filters, unique=True, max_size=4).map(tuple)
names = st.lists(st.sampled_from(SCHEMA.names), unique=True, max_size=3)
signed = names.flatmap(lambda given: st.tuples(*(st.sampled_from([name, f"-{name}"]) for name in given)))
extras = st.lists(st.tuples(st.sampled_from(["result", "search", "x-y", "ü"]), texts), max_size=2).map(tuple)


@st.composite
def queries(draw: st.DrawFn) -> TableQuery:
    return TableQuery(
        filters=draw(filters),
        q=draw(texts).strip(),
        sky=draw(st.sampled_from(["", "circle 1 2 3", "polygon -1 2,3 4,+5 1e1"])),
        sort=draw(signed),
        columns=tuple(draw(names)),
        page=draw(st.integers(1, 10**9)),
        page_size=draw(st.integers(1, 1000)),
        facets=tuple(draw(names)),
        facet_limit=draw(st.integers(1, 10_000)),
        within=draw(texts).strip(),
        extra=draw(extras),
    )


def read(address: str) -> TableQuery:
    return TableQuery.parse(address, SCHEMA)


@given(queries())
def test_what_is_written_is_read_back_the_same(query: TableQuery) -> None:
    assert read(query.querystring()) == query


@given(queries())
def test_pairs_and_the_address_say_the_same(query: TableQuery) -> None:
    assert TableQuery.parse(query.pairs(), SCHEMA) == query
    assert parse_qsl(query.querystring(), keep_blank_values=True) == query.pairs()


@given(queries())
def test_an_address_is_plain_ascii_without_blanks(query: TableQuery) -> None:
    address = query.address("/results/")
    assert address.isascii()
    assert not set(address) & set(" \"<>'#\\\n\t")


@given(queries(), st.integers(1, 1000))
def test_a_change_changes_that_part_only(query: TableQuery, size: int) -> None:
    changed = read(query.querystring(page_size=size, page=1))
    for part in ("filters", "q", "sky", "sort", "columns", "facets", "facet_limit", "within", "extra"):
        assert getattr(changed, part) == getattr(query, part), part
    assert (changed.page, changed.page_size) == (1, size)


@given(queries(), text_filters | number_filters)
def test_a_filter_added_and_taken_away_leaves_the_rest(query: TableQuery, added: Filter) -> None:
    there = query.with_(added.operator, added.column, added.value)
    assert there.filters[-1] == added
    assert there.filters.count(added) == 1
    back = there.without(added.operator, added.column, added.value)
    alike = {each for each in query.filters if each.parameter == added.parameter}
    kept = {each for each in alike if each.value.casefold() != added.value.casefold()}
    assert set(back.filters) == (set(query.filters) - alike) | kept


@given(queries())
def test_without_any_value_a_whole_operator_goes(query: TableQuery) -> None:
    left = query.without("f", "target_name")
    assert left.values("f", "target_name") == []
    assert left.values("not", "target_name") == query.values("not", "target_name")
    assert left.page == 1


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(["q", "within", "page", "sort", "other"]), texts, max_size=4))
def test_any_text_is_read_or_refused_with_a_field(params: dict[str, str]) -> None:
    refused: list[BadQuery] = []
    try:
        TableQuery.parse(params.items(), SCHEMA)
    except BadQuery as error:
        refused.append(error)
    assert all(each.field in params and each.message.endswith(".") for each in refused)


@settings(max_examples=200)
@given(st.text(max_size=40))
def test_no_address_breaks_the_parser(address: str) -> None:
    try:
        query = read(address)
    except BadQuery:
        return
    assert read(query.querystring()) == query


@pytest.mark.parametrize(
    ("column", "one", "other"),
    [
        ("calib_level", "3", "3.0"),
        ("calib_level", "-1", " -1e0 "),
        ("mtFlag", "true", "T"),
        ("mtFlag", "0", "no"),
        ("target_name", "VV191", "vv191"),
        ("filters", "F150W", " f150w "),
        ("t_min", "2022-07-12", "59772"),
        ("t_min", "2022-07-12", "2022-07-12T00:00:00+00:00"),
    ],
)
def test_spellings_of_one_meaning(column: str, one: str, other: str) -> None:
    assert meaning(one, COLUMNS[column]) == meaning(other, COLUMNS[column])


@pytest.mark.parametrize(
    ("column", "one", "other"),
    [
        ("target_name", "a", " a"),
        ("calib_level", "3", "3.5"),
        ("mtFlag", "1", "0"),
        ("t_min", "2022-07-12", "2022-07-13"),
        ("obsid", "1", "01"),
    ],
)
def test_spellings_of_different_meanings(column: str, one: str, other: str) -> None:
    assert meaning(one, COLUMNS[column]) != meaning(other, COLUMNS[column])
