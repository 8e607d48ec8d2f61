"""Two snapshots give events: each once, none from what only comes and goes, as a plain model has them."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mastportal.news.differences import Difference, Kind, differences
from mastportal.news.snapshot import Seen, Snapshot, carried, differ, facts_joined
from mastportal.news.wanting import Wish, observation_number

KEYS = [f"jw01176-o00{n}_t001_nircam" for n in range(1, 6)]
PLANS = [f"1176 00{n}" for n in range(1, 6)]
FILES = st.one_of(
    st.none(),
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(["1|x", "2|x", "2|y", "|x"]), max_size=3),
)

FEW = settings(max_examples=40)


@st.composite
def seen(draw, key):
    number = key[9:12]
    return Seen(
        draw(st.sampled_from([None, 1, 2, 3])),
        draw(st.sampled_from([None, 5.0, 15.0, 25.0])),
        draw(st.booleans()),
        number,
        f"1176 {number}",
        draw(FILES),
    )


@st.composite
def snapshots(draw, at_mjd=10.0):
    keys = draw(st.sets(st.sampled_from(KEYS)))
    rows = {key: draw(seen(key)) for key in sorted(keys)}
    plans = draw(st.sets(st.sampled_from(PLANS)))
    return Snapshot(at_mjd, rows, {plan: f"words of {plan}" for plan in sorted(plans)})


def kinds(found):
    return [(each.kind, each.subject) for each in found]


@FEW
@given(snapshots())
def test_the_same_again_is_no_news(snapshot):
    assert differences(snapshot, snapshot) == []
    assert differences(carried(snapshot, snapshot), snapshot) == []


@FEW
@given(snapshots(), snapshots(20.0))
def test_what_was_taken_down_is_never_told_again(first, second):
    kept = carried(first, second)
    assert differences(kept, second) == []
    told = {event for event in differences(first, second) if event.kind == Kind.NEW}
    gone = Snapshot(21.0)
    back = differences(carried(kept, gone), second)
    assert not {event.kind for event in back} & {Kind.NEW, Kind.FIRST, Kind.REPROCESSED}
    assert {event.subject for event in told} <= set(second.rows)


@FEW
@given(snapshots(), snapshots(20.0))
def test_rows_that_appear_are_new_and_only_they_and_those_that_grew(first, second):
    new = {each.subject for each in differences(first, second) if each.kind == Kind.NEW}
    grew = set()
    for key in first.rows.keys() & second.rows.keys():
        old, now = first.rows[key], second.rows[key]
        risen = None not in (old.level, now.level) and now.level > old.level
        if risen or (old.files and set(now.files or {}) - set(old.files)):
            grew.add(key)
    assert new == (second.rows.keys() - first.rows.keys()) | grew


@FEW
@given(snapshots(), snapshots(20.0))
def test_public_is_what_was_closed_at_the_first_and_is_open_at_the_second(first, second):
    public = {each.subject for each in differences(first, second) if each.kind == Kind.PUBLIC}
    expected = {
        key
        for key, now in second.rows.items()
        if key in first.rows
        and (first.rows[key].is_closed or (first.rows[key].release_mjd or 0) > 10)
        and not now.is_closed
        and (now.release_mjd or 0) <= 20
    }
    assert public == expected


@FEW
@given(snapshots(), snapshots(20.0))
def test_plans_come_and_go_but_executed_ones_are_not_withdrawn(first, second):
    found = differences(first, second)
    added = {each.subject for each in found if each.kind == Kind.PLANNED_ADDED}
    withdrawn = {each.subject for each in found if each.kind == Kind.PLANNED_WITHDRAWN}
    assert added == second.planned.keys() - first.planned.keys()
    executed = {row.plan for row in second.rows.values()}
    assert withdrawn == first.planned.keys() - second.planned.keys() - executed


@FEW
@given(snapshots())
def test_packing_keeps_all_but_the_rows_for_baskets(snapshot):
    assert Snapshot.unpack(snapshot.pack()) == snapshot


@pytest.mark.parametrize(
    ("before", "now", "changed"),
    [
        ("1|a", "2|a", True),
        ("1|a", "1|", False),
        ("|a", "1|a", False),
        ("1|a", "1|b", True),
        ("", "1|a", False),
    ],
)
def test_only_a_fact_told_twice_can_have_changed(before, now, changed):
    assert differ(before, now) is changed
    assert differ(now, before) is changed


def test_a_fact_not_told_for_once_is_remembered():
    first = Snapshot(1.0, {"k": Seen(3, files={"f": facts_joined(5, "md5")})})
    second = Snapshot(2.0, {"k": Seen(3, files={"f": facts_joined(5, None)})})
    third = Snapshot(3.0, {"k": Seen(3, files={"f": facts_joined(5, "other")})})
    kept = carried(first, second)
    assert differences(first, second) == []
    assert kinds(differences(kept, third)) == [(Kind.REPROCESSED, "k")]
    assert kinds(differences(carried(kept, replace(third, rows={})), third)) == [(Kind.REPROCESSED, "k")]


def test_first_is_of_the_whole_and_of_each_observation_at_any_level_and_at_each():
    row = Seen(2, number="003", plan="1176 003")
    first = differences(Snapshot(1.0), Snapshot(2.0, {"a": row}))
    assert {(e.number, e.level) for e in first if e.kind == Kind.FIRST} == {
        ("", None),
        ("", 2),
        ("003", None),
        ("003", 2),
    }
    third = replace(row, level=3)
    later = differences(Snapshot(2.0, {"a": row}), Snapshot(3.0, {"a": row, "b": third}))
    assert {(e.number, e.level) for e in later if e.kind == Kind.FIRST} == {("", 3), ("003", 3)}


FIRST = Difference(Kind.FIRST, "003", "003", None)
NEW = Difference(Kind.NEW, "JW01176-o003_T1", "003", 3)


@pytest.mark.parametrize(
    ("wish", "event", "taken"),
    [
        (Wish({"new"}), NEW, True),
        (Wish({"public"}), NEW, False),
        (Wish({"new"}, "003"), NEW, True),
        (Wish({"new"}, "004"), NEW, False),
        (Wish({"new"}, "jw01176-O003_t1"), NEW, True),
        (Wish({"new"}, "", 2), NEW, False),
        (Wish({"new"}, "", 3), NEW, True),
        (Wish({"first"}), FIRST, False),
        (Wish({"first"}, "003"), FIRST, True),
        (Wish({"first"}, "003", 3), FIRST, False),
        (Wish({"planned-added"}, "003", 3), Difference(Kind.PLANNED_ADDED, "1176 003", "003"), True),
    ],
    ids=str,
)
def test_wishes(wish, event, taken):
    assert wish.takes(event) is taken


@pytest.mark.parametrize(
    ("text", "number"), [("3", "003"), ("o003", "003"), ("jw01", "jw01"), ("1234", "1234")]
)
def test_an_observation_is_named_by_its_number_however_spelled(text, number):
    assert observation_number(text) == number
