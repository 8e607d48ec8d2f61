"""A basket that several people change: what was seen, who did what, notes, locks, copies, merging, moving."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from accounts.models import ResearchGroup
from basket import activity, baskets, lines, notes
from basket.models import Basket
from mastportal.conflicts import Conflict, Outdated
from mastportal.tables.columns import BadQuery
from tests.basket.test_lines import observation
from tests.basket.test_pages import text
from tests.people import client_of, make_person, signed_in

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def group(alice: User, bob: User) -> ResearchGroup:
    return ResearchGroup.objects.get(name="Demo group")


@pytest.fixture
def shared(alice: User, group: ResearchGroup) -> Basket:
    basket = baskets.make("Shared", alice, group)
    lines.add_observations(basket, [observation(1), observation(2)], alice, "everything of 1176")
    return basket


def words(basket: Basket) -> list[tuple[str, str]]:
    return [(event.by.username if event.by else "", event.words) for event in activity.events_of(basket)]


def put(user: User, basket: Basket, note: str, seen: str = "*", **row: str) -> Any:
    address = f"/api/v1/baskets/{basket.pk}/notes"
    body = (row or {"obsid": "1"}) | {"note": note}
    return client_of(user).put(address, body, format="json", headers={"If-Match": seen})


def test_who_did_what_is_written_down(shared: Basket, alice: User, bob: User) -> None:
    lines.add_observations(shared, [observation(3)], bob)
    lines.remove_observation(shared, "1", alice)
    baskets.rename(shared, bob, "Ours")
    assert words(shared) == [
        ("bob", "renamed it, which was “Shared”"),
        ("alice", "took out jw1"),
        ("bob", "added jw3"),
        ("alice", "added 2 observations; from the search: everything of 1176"),
        ("alice", "made this basket"),
    ]
    told = client_of(bob).get(f"/api/v1/baskets/{shared.pk}/activity").json()["results"]
    assert [each["words"] for each in told] == [said for _, said in words(shared)]
    assert told[0]["revision"] == Basket.objects.get().revision
    page = text(signed_in(bob).get(f"/baskets/{shared.pk}/activity"))
    assert "took out jw1" in page


def test_older_activity_is_a_page_further(shared: Basket, alice: User) -> None:
    for number in range(activity.PAGE):
        activity.note(shared, alice, activity.Kind.NOTED, f"event {number}")
    page = text(signed_in(alice).get(f"/baskets/{shared.pk}/activity"))
    assert "made this basket" not in page
    older = page.split('href="?before=')[1].split('"')[0]
    assert "made this basket" in text(signed_in(alice).get(f"/baskets/{shared.pk}/activity?before={older}"))
    assert signed_in(alice).get(f"/baskets/{shared.pk}/activity?before=x").status_code == 400


def test_events_of_who_is_gone_stay(shared: Basket, bob: User) -> None:
    lines.add_observations(shared, [observation(9)], bob)
    bob.delete()
    assert words(shared)[0] == ("", "added jw9")


def test_hostile_names_are_text_and_short(shared: Basket, alice: User) -> None:
    lines.add_observations(shared, [observation(7, obs_id=HOSTILE + "x" * 100_000)], alice, HOSTILE)
    notes.write(shared, alice, HOSTILE, obsid="7")
    for part in ("", "rows", "activity", "manage"):
        page = text(signed_in(alice).get(f"/baskets/{shared.pk}/{part}"))
        assert HOSTILE not in page
    assert all(len(said) <= activity.MOST_CHARACTERS for _, said in words(shared))


def test_a_note_is_for_everybody_and_replaced_by_who_saw_it(shared: Basket, alice: User, bob: User) -> None:
    seen = f'"{shared.revision}"'
    assert put(alice, shared, "the deep one", seen).status_code == 204
    lines.add_observations(shared, [observation(5)], bob)
    late = put(bob, shared, "noisy", seen)
    assert (late.status_code, late.json()["error"]["code"]) == (412, "precondition_failed")
    assert "alice wrote “the deep one”" in late.json()["error"]["message"]
    (row,) = client_of(bob).get(f"/api/v1/baskets/{shared.pk}/rows?noted=true").json()["rows"]
    assert (row["obsid"], row["note"], row["note_by"], row["added_by"]) == (
        "1",
        "the deep one",
        "alice",
        "alice",
    )
    assert put(bob, shared, "", f'"{row["note_revision"]}"').status_code == 204
    assert not client_of(bob).get(f"/api/v1/baskets/{shared.pk}/rows?noted=1").json()["rows"]


@pytest.mark.parametrize(
    ("row", "note", "field"),
    [({"obsid": "77"}, "x", "obsid"), ({"dataURI": "mast:x"}, "x", "obsid"), ({}, "x" * 501, "note")],
)
def test_a_note_is_on_a_row_and_short(
    shared: Basket, alice: User, row: dict[str, str], note: str, field: str
) -> None:
    answer = put(alice, shared, note, **row)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


def test_a_note_that_was_overtaken_is_not_lost_on_the_page(shared: Basket, alice: User, bob: User) -> None:
    seen = shared.revision
    notes.write(shared, alice, "hers", obsid="1")
    body = {"obsid": "1", "note": "his own words", "revision": seen}
    page = text(signed_in(bob).post(f"/baskets/{shared.pk}/notes", body), 409)
    assert 'name="note" value="his own words"' in page
    fresh = page.split('name="revision" value="')[1].split('"')[0]
    signed_in(bob).post(f"/baskets/{shared.pk}/notes", body | {"revision": fresh})
    assert shared.lines.get(obsid="1").note == "his own words"


@pytest.fixture
def locked(shared: Basket, alice: User) -> Basket:
    baskets.lock(shared, alice, "final for the paper")
    return shared


REST_CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    ("patch", "", {"name": "y"}),
    ("patch", "", {"group": None}),
    ("delete", "", {}),
    ("put", "/selection", {"preset": "none"}),
    ("put", "/notes", {"obsid": "1", "note": "x"}),
    ("delete", "/observations/1", {}),
    ("post", "/refresh", {}),
    ("post", "/lock", {}),
]


@pytest.mark.parametrize(("method", "part", "body"), REST_CHANGES, ids=str)
def test_a_locked_basket_refuses_every_change(
    locked: Basket, alice: User, method: str, part: str, body: dict[str, Any]
) -> None:
    address = f"/api/v1/baskets/{locked.pk}{part}"
    answer = getattr(client_of(alice), method)(address, body, format="json", headers={"If-Match": "*"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "locked")
    assert "locked by alice" in error["message"]
    assert "final for the paper" in error["message"]
    before = locked.revision
    locked.refresh_from_db()
    assert locked.revision == before


PAGE_CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("settings", {"name": "y", "was": "Shared"}),
    ("remove", {}),
    ("refresh", {"all": "1"}),
    ("lines/1/remove", {}),
    ("files/remove", {"dataURI": "mast:x"}),
    ("selection", {"action": "preset", "preset": "none"}),
    ("notes", {"obsid": "1", "note": "x"}),
    ("lock", {}),
]


@pytest.mark.parametrize(("part", "body"), PAGE_CHANGES, ids=[part for part, _ in PAGE_CHANGES])
def test_the_pages_of_a_locked_basket_refuse_every_change(
    locked: Basket, bob: User, part: str, body: dict[str, Any]
) -> None:
    page = text(signed_in(bob).post(f"/baskets/{locked.pk}/{part}", body), 409)
    assert "locked by alice" in page
    assert "Make my change all the same" not in page


def test_what_joins_a_locked_basket_is_refused(locked: Basket, alice: User) -> None:
    with pytest.raises(Conflict):
        lines.add_observations(locked, [observation(8)], alice)
    with pytest.raises(Conflict):
        baskets.merge(locked, baskets.make("Other", alice), alice)


def test_a_locked_basket_is_looked_at_copied_and_unlocked(locked: Basket, alice: User, bob: User) -> None:
    assert "Locked by alice" in text(signed_in(bob).get(f"/baskets/{locked.pk}/"))
    told = client_of(bob).get(f"/api/v1/baskets/{locked.pk}").json()["locked"]
    assert (told["by"], told["note"]) == ("alice", "final for the paper")
    copy = client_of(bob).post(f"/api/v1/baskets/{locked.pk}/copy", {"name": "Mine"}, format="json")
    assert (copy.status_code, copy.json()["locked"], copy.json()["owner"]) == (201, None, "bob")
    assert client_of(bob).delete(f"/api/v1/baskets/{locked.pk}/lock").status_code == 403
    assert client_of(alice).delete(f"/api/v1/baskets/{locked.pk}/lock").status_code == 204
    assert client_of(alice).delete(f"/api/v1/baskets/{locked.pk}/lock").status_code == 409
    assert lines.add_observations(locked, [observation(8)], bob).added == 1


def test_an_editor_unlocks_what_they_locked(shared: Basket, bob: User) -> None:
    assert signed_in(bob).post(f"/baskets/{shared.pk}/lock", {"note": "mine"}).status_code == 302
    assert signed_in(bob).post(f"/baskets/{shared.pk}/unlock").status_code == 302
    shared.refresh_from_db()
    assert shared.locked_at is None


def test_a_copy_is_by_itself(shared: Basket, bob: User) -> None:
    notes.write(shared, bob, "keep", obsid="2")
    copy = baskets.copy(shared, bob, "Copy")
    rows = list(copy.lines.order_by("pk").values_list("obsid", "note", "question", "added_by__username"))
    assert rows == [("1", "", "everything of 1176", "bob"), ("2", "keep", "everything of 1176", "bob")]
    lines.remove_observation(copy, "1", bob)
    assert shared.lines.count() == 2
    assert copy.selection == shared.selection


def test_merging_takes_in_rows_and_notes_and_leaves_the_other(shared: Basket, alice: User, bob: User) -> None:
    other = baskets.make("Other", bob)
    lines.add_observations(other, [observation(2), observation(3)], bob)
    lines.add_files(other, [{"dataURI": "mast:JWST/product/a_cal.fits"}], bob)
    for obsid in ("2", "3"):
        notes.write(other, bob, f"on {obsid}", obsid=obsid)
    answer = client_of(bob).post(f"/api/v1/baskets/{shared.pk}/merge", {"basket": other.pk}, format="json")
    assert answer.json() == {"added": 2, "already": 1}
    assert dict(shared.lines.values_list("obsid", "note")) == {"1": "", "2": "on 2", "3": "on 3"}
    assert shared.products.count() == 1
    assert other.lines.count() == 2
    with pytest.raises(Outdated):
        notes.write(shared, alice, "late", obsid="2", seen=shared.revision)
    assert (
        client_of(alice)
        .post(f"/api/v1/baskets/{shared.pk}/merge", {"basket": other.pk}, format="json")
        .status_code
        == 404
    ), "a basket that one does not see"
    with pytest.raises(BadQuery, match="itself"):
        baskets.merge(shared, shared, alice)


def test_who_decides_to_whom_a_basket_belongs(
    shared: Basket, alice: User, bob: User, group: ResearchGroup
) -> None:
    def move(who: User, basket: Basket, group_id: int | None) -> int:
        body, how = {"group": group_id}, {"format": "json", "headers": {"If-Match": "*"}}
        return client_of(who).patch(f"/api/v1/baskets/{basket.pk}", body, **how).status_code

    bobs = baskets.make("Bob's", bob)
    assert move(bob, bobs, group.pk) == 200
    assert move(alice, bobs, None) == 403, "an owner of the group does not take it from the group"
    assert move(bob, shared, None) == 403
    assert move(bob, bobs, None) == 200
    assert client_of(alice).get(f"/api/v1/baskets/{bobs.pk}").status_code == 404
    reader = make_person("dora", "Demo group", "reader")
    assert move(reader, baskets.make("Dora's", reader), group.pk) == 403


def test_an_old_form_does_not_take_back_a_name(shared: Basket, alice: User, bob: User) -> None:
    baskets.rename(shared, bob, "Bob's name for it")
    body = {"name": "Shared", "was": "Shared", "group": str(shared.group_id)}
    signed_in(alice).post(f"/baskets/{shared.pk}/settings", body)
    shared.refresh_from_db()
    assert shared.name == "Bob's name for it"


def test_a_rule_that_changed_meanwhile_is_a_visible_conflict(shared: Basket, alice: User, bob: User) -> None:
    seen = shared.revision
    address = f"/baskets/{shared.pk}/selection"
    signed_in(bob).post(address, {"action": "preset", "preset": "recommended", "revision": seen})
    late = {"action": "preset", "preset": "everything", "revision": seen}
    page = text(signed_in(alice).post(address, late), 409)
    assert "bob changed what is selected to: Minimum recommended" in page
    shared.refresh_from_db()
    assert shared.selection["preset"] == "recommended"
    fresh = page.split('name="revision" value="')[1].split('"')[0]
    signed_in(alice).post(address, late | {"revision": fresh})
    shared.refresh_from_db()
    assert shared.selection["preset"] == "everything"


def test_the_pages_of_rows_and_events_ask_a_bounded_number_of_questions(
    shared: Basket, alice: User, django_assert_max_num_queries: Any
) -> None:
    lines.add_observations(shared, [observation(n) for n in range(10, 60)], alice)
    client = signed_in(alice)
    client.get(f"/baskets/{shared.pk}/rows")
    for part, most in (("rows", 14), ("activity", 12), ("manage", 14)):
        with django_assert_max_num_queries(most):
            client.get(f"/baskets/{shared.pk}/{part}")


def test_a_page_that_is_as_shown_costs_a_few_questions(
    shared: Basket, alice: User, django_assert_max_num_queries: Any
) -> None:
    Basket.objects.filter(pk=shared.pk).update(revision=7)
    client = signed_in(alice)
    with django_assert_max_num_queries(5):
        assert client.get(f"/baskets/{shared.pk}/state?mark=7-here-x").status_code == 204


def test_what_another_member_did_arrives_in_the_next_look(shared: Basket, alice: User, bob: User) -> None:
    page = text(signed_in(alice).get(f"/baskets/{shared.pk}/")).split("<main")[1]
    address = page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert signed_in(alice).get(address, headers={"HX-Request": "true"}).status_code == 204
    lines.add_observations(shared, [observation(3)], bob)
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
