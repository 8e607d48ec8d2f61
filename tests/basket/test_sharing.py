"""A basket that several people change: what was seen, who did what, notes, locks, copies, merging, moving."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from accounts.models import ResearchGroup
from basket import activity, baskets, lines, notes
from basket.models import Basket
from mastportal.conflicts import Outdated
from mastportal.tables.columns import BadQuery
from tests.basket.make import observation
from tests.basket.shown import text
from tests.people import client_of, make_person, signed_in

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def group(alice: User, bob: User) -> ResearchGroup:
    return ResearchGroup.objects.get(name="Demo group")


def words(basket: Basket) -> list[tuple[str, str]]:
    return [(event.by.username if event.by else "", event.words) for event in activity.events_of(basket)]


def put(user: User, basket: Basket, note: str, seen: str = "*", **row: str) -> Any:
    address = f"/api/v1/baskets/{basket.pk}/notes"
    body = (row or {"obsid": "1"}) | {"note": note}
    return client_of(user).put(address, body, format="json", headers={"If-Match": seen})


def test_who_did_what_is_written_down(common: Basket, alice: User, bob: User) -> None:
    lines.add_observations(common, [observation(3)], bob)
    lines.remove_observation(common, "1", alice)
    baskets.rename(common, bob, "Ours")
    assert words(common) == [
        ("bob", "renamed it, which was “Shared”"),
        ("alice", "took out jw1"),
        ("bob", "added jw3"),
        ("alice", "added 2 observations; from the search: everything of 1176"),
        ("alice", "made this basket"),
    ]
    told = client_of(bob).get(f"/api/v1/baskets/{common.pk}/activity").json()["results"]
    assert [each["words"] for each in told] == [said for _, said in words(common)]
    assert told[0]["revision"] == Basket.objects.get().revision
    page = text(signed_in(bob).get(f"/baskets/{common.pk}/activity"))
    assert "took out jw1" in page


def test_older_activity_is_a_page_further(common: Basket, alice: User) -> None:
    for number in range(activity.PAGE):
        activity.note(common, alice, activity.Kind.NOTED, f"event {number}")
    page = text(signed_in(alice).get(f"/baskets/{common.pk}/activity"))
    assert "made this basket" not in page
    older = page.split('href="?before=')[1].split('"')[0]
    assert "made this basket" in text(signed_in(alice).get(f"/baskets/{common.pk}/activity?before={older}"))
    assert signed_in(alice).get(f"/baskets/{common.pk}/activity?before=x").status_code == 400


def test_events_of_who_is_gone_stay(common: Basket, bob: User) -> None:
    lines.add_observations(common, [observation(9)], bob)
    bob.delete()
    assert words(common)[0] == ("", "added jw9")


def test_hostile_names_are_text_and_short(common: Basket, alice: User) -> None:
    lines.add_observations(common, [observation(7, obs_id=HOSTILE + "x" * 100_000)], alice, HOSTILE)
    notes.write(common, alice, HOSTILE, obsid="7")
    for part in ("", "rows", "activity", "manage"):
        page = text(signed_in(alice).get(f"/baskets/{common.pk}/{part}"))
        assert HOSTILE not in page
    assert all(len(said) <= activity.MOST_CHARACTERS for _, said in words(common))


def test_a_note_is_for_everybody_and_replaced_by_who_saw_it(common: Basket, alice: User, bob: User) -> None:
    seen = f'"{common.revision}"'
    assert put(alice, common, "the deep one", seen).status_code == 204
    lines.add_observations(common, [observation(5)], bob)
    late = put(bob, common, "noisy", seen)
    assert (late.status_code, late.json()["error"]["code"]) == (412, "precondition_failed")
    assert "alice wrote “the deep one”" in late.json()["error"]["message"]
    (row,) = client_of(bob).get(f"/api/v1/baskets/{common.pk}/rows?noted=true").json()["rows"]
    assert (row["obsid"], row["note"], row["note_by"], row["added_by"]) == (
        "1",
        "the deep one",
        "alice",
        "alice",
    )
    assert put(bob, common, "", f'"{row["note_revision"]}"').status_code == 204
    assert not client_of(bob).get(f"/api/v1/baskets/{common.pk}/rows?noted=1").json()["rows"]


@pytest.mark.parametrize(
    ("row", "note", "field"),
    [({"obsid": "77"}, "x", "obsid"), ({"dataURI": "mast:x"}, "x", "obsid"), ({}, "x" * 501, "note")],
)
def test_a_note_is_on_a_row_and_short(
    common: Basket, alice: User, row: dict[str, str], note: str, field: str
) -> None:
    answer = put(alice, common, note, **row)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


def test_a_note_that_was_overtaken_is_not_lost_on_the_page(common: Basket, alice: User, bob: User) -> None:
    seen = common.revision
    notes.write(common, alice, "hers", obsid="1")
    body = {"obsid": "1", "note": "his own words", "revision": seen}
    page = text(signed_in(bob).post(f"/baskets/{common.pk}/notes", body), 409)
    assert 'name="note" value="his own words"' in page
    fresh = page.split('name="revision" value="')[1].split('"')[0]
    signed_in(bob).post(f"/baskets/{common.pk}/notes", body | {"revision": fresh})
    assert common.lines.get(obsid="1").note == "his own words"


def test_a_copy_is_by_itself(common: Basket, bob: User) -> None:
    notes.write(common, bob, "keep", obsid="2")
    copy = baskets.copy(common, bob, "Copy")
    rows = list(copy.lines.order_by("pk").values_list("obsid", "note", "question", "added_by__username"))
    assert rows == [("1", "", "everything of 1176", "bob"), ("2", "keep", "everything of 1176", "bob")]
    lines.remove_observation(copy, "1", bob)
    assert common.lines.count() == 2
    assert copy.selection == common.selection


def test_merging_takes_in_rows_and_notes_and_leaves_the_other(common: Basket, alice: User, bob: User) -> None:
    other = baskets.make("Other", bob)
    lines.add_observations(other, [observation(2), observation(3)], bob)
    lines.add_files(other, [{"dataURI": "mast:JWST/product/a_cal.fits"}], bob)
    for obsid in ("2", "3"):
        notes.write(other, bob, f"on {obsid}", obsid=obsid)
    answer = client_of(bob).post(f"/api/v1/baskets/{common.pk}/merge", {"basket": other.pk}, format="json")
    assert answer.json() == {"added": 2, "already": 1}
    assert dict(common.lines.values_list("obsid", "note")) == {"1": "", "2": "on 2", "3": "on 3"}
    assert common.products.count() == 1
    assert other.lines.count() == 2
    with pytest.raises(Outdated):
        notes.write(common, alice, "late", obsid="2", seen=common.revision)
    assert (
        client_of(alice)
        .post(f"/api/v1/baskets/{common.pk}/merge", {"basket": other.pk}, format="json")
        .status_code
        == 404
    ), "a basket that one does not see"
    with pytest.raises(BadQuery, match="itself"):
        baskets.merge(common, common, alice)


def test_who_decides_to_whom_a_basket_belongs(
    common: Basket, alice: User, bob: User, group: ResearchGroup
) -> None:
    def move(who: User, basket: Basket, group_id: int | None) -> int:
        body, how = {"group": group_id}, {"format": "json", "headers": {"If-Match": "*"}}
        return client_of(who).patch(f"/api/v1/baskets/{basket.pk}", body, **how).status_code

    bobs = baskets.make("Bob's", bob)
    assert move(bob, bobs, group.pk) == 200
    assert move(alice, bobs, None) == 403, "an owner of the group does not take it from the group"
    assert move(bob, common, None) == 403
    assert move(bob, bobs, None) == 200
    assert client_of(alice).get(f"/api/v1/baskets/{bobs.pk}").status_code == 404
    reader = make_person("dora", "Demo group", "reader")
    assert move(reader, baskets.make("Dora's", reader), group.pk) == 403


def test_an_old_form_does_not_take_back_a_name(common: Basket, alice: User, bob: User) -> None:
    baskets.rename(common, bob, "Bob's name for it")
    body = {"name": "Shared", "was": "Shared", "group": str(common.group_id)}
    signed_in(alice).post(f"/baskets/{common.pk}/settings", body)
    common.refresh_from_db()
    assert common.name == "Bob's name for it"


def test_a_rule_that_changed_meanwhile_is_a_visible_conflict(common: Basket, alice: User, bob: User) -> None:
    seen = common.revision
    address = f"/baskets/{common.pk}/selection"
    signed_in(bob).post(address, {"action": "preset", "preset": "recommended", "revision": seen})
    late = {"action": "preset", "preset": "everything", "revision": seen}
    page = text(signed_in(alice).post(address, late), 409)
    assert "bob changed what is selected to: Minimum recommended" in page
    common.refresh_from_db()
    assert common.selection["preset"] == "recommended"
    fresh = page.split('name="revision" value="')[1].split('"')[0]
    signed_in(alice).post(address, late | {"revision": fresh})
    common.refresh_from_db()
    assert common.selection["preset"] == "everything"


def test_the_pages_of_rows_and_events_ask_a_bounded_number_of_questions(
    common: Basket, alice: User, django_assert_max_num_queries: Any
) -> None:
    lines.add_observations(common, [observation(n) for n in range(10, 60)], alice)
    client = signed_in(alice)
    client.get(f"/baskets/{common.pk}/rows")
    for part, most in (("rows", 14), ("activity", 12), ("manage", 14)):
        with django_assert_max_num_queries(most):
            client.get(f"/baskets/{common.pk}/{part}")


def test_a_page_that_is_as_shown_costs_a_few_questions(
    common: Basket, alice: User, django_assert_max_num_queries: Any
) -> None:
    Basket.objects.filter(pk=common.pk).update(revision=7)
    client = signed_in(alice)
    with django_assert_max_num_queries(5):
        assert client.get(f"/baskets/{common.pk}/state?mark=7-here-x").status_code == 204


def test_what_another_member_did_arrives_in_the_next_look(common: Basket, alice: User, bob: User) -> None:
    page = text(signed_in(alice).get(f"/baskets/{common.pk}/")).split("<main")[1]
    address = page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert signed_in(alice).get(address, headers={"HX-Request": "true"}).status_code == 204
    lines.add_observations(common, [observation(3)], bob)
    part = text(signed_in(alice).get(address, headers={"HX-Request": "true"}))
    assert "<strong>bob</strong> added jw3" in part
    assert 'id="basket-tree" hx-swap-oob="true"' in part


def test_a_basket_that_was_empty_is_shown_as_another_page(alice: User) -> None:
    basket = baskets.make("Empty", alice)
    page = text(signed_in(alice).get(f"/baskets/{basket.pk}/")).split("<main")[1]
    address = page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    lines.add_observations(basket, [observation(3)], alice)
    answer = signed_in(alice).get(address, headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"
