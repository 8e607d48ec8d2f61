"""Looks at the archive: what they ask, what they see of each kind of thing, and what comes of trouble."""

from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pytest
from django.utils import timezone

from accounts import archive
from basket import lines
from basket.models import Basket
from mastportal.desk.models import SavedSearch
from mastportal.mast.criteria import parse_question
from mastportal.news import giving, reading, subscribing, watching
from mastportal.news.differences import differences
from mastportal.news.models import Happening, Pending, Watch
from mastportal.news.snapshot import Seen, Snapshot
from mastportal.outbox.models import Delivery, Notice
from mastportal.search import results
from mastportal.tables.columns import BadQuery
from tests.news.conftest import follow, look_at
from tests.people import client_of
from tests.search.make import answered, questions

pytestmark = pytest.mark.django_db
USUAL_MJD, TWO_MONTHS_ON = 61_274.0, "2026-10-22"


def becoming_public():
    """The JWST programme with the most to become public in two months from the usual day, and its rows."""
    release = {"min": USUAL_MJD + 1, "max": USUAL_MJD + 60}
    criteria = {"obs_collection": ["JWST"], "t_obs_release": release}
    asked = parse_question({"collection": "observations", "criteria": criteria})
    rows = archive.client().columns(asked, lines.OBSERVATION_COLUMNS, 100_000).to_pylist()
    programs = [row["proposal_id"] for row in rows]
    chosen = min(set(programs), key=lambda program: (-programs.count(program), program))
    return chosen, [row for row in rows if row["proposal_id"] == chosen]


def test_the_first_look_tells_nothing_and_asks_once_for_all_who_follow(alice, bob, sandbox, day):
    mark = sandbox.mark()
    mine, theirs = follow(alice, look=False), follow(bob, "01176", look=False)
    assert mine.watch_id == theirs.watch_id
    assert look_at(mine, thorough=False) == 0
    asked = questions(sandbox.log(mark))
    assert asked.count("Mast.Caom.Filtered") == 1
    assert len([service for service in asked if service.startswith("Mast.Jwst.Filtered")]) <= 4
    assert not Happening.objects.exists()
    mark = sandbox.mark()
    assert look_at(mine, thorough=False) == 0
    assert questions(sandbox.log(mark)) == ["Mast.Caom.Filtered"], "versions are asked for more seldom"


def test_what_becomes_public_is_told_once_to_each(alice, bob, sandbox, day):
    program, rows = becoming_public()
    mine, theirs = follow(alice, program), follow(bob, program, events=["new"], look=False)
    day(TWO_MONTHS_ON)
    assert look_at(mine) == len(rows)
    assert Pending.objects.filter(subscription=mine).count() == len(rows)
    assert not Pending.objects.filter(subscription=theirs).exists()
    assert giving.give(mine.pk) == len(rows)
    assert giving.give(mine.pk) == 0
    notices = Notice.objects.filter(person=alice)
    assert {notice.data["obs_id"] for notice in notices} == {row["obs_id"] for row in rows}
    assert {(n.kind, n.data["program"], n.path) for n in notices} == {
        ("public", program, f"/programmes/JWST/{program}/")
    }
    assert look_at(mine) == 0


def test_what_became_public_before_the_first_look_is_told_all_the_same(alice, sandbox, day):
    program, rows = becoming_public()
    archive.listen()
    found = follow(alice, program, look=False)
    Watch.objects.update(since_mjd=USUAL_MJD)
    day(TWO_MONTHS_ON)
    assert look_at(found, thorough=False) == len(rows)


def test_a_saved_search_is_followed_with_its_filters(alice, sandbox, day):
    program, rows = becoming_public()
    search = answered({"collection": "programs", "programs": program}, alice)
    saved = SavedSearch.objects.create(
        name="One", owner=alice, search=search, state=f"f.obs_id={rows[0]['obs_id']}"
    )
    found = subscribing.subscribe(alice, subscribing.search_watch(alice, saved.pk), {"events": ["public"]})
    assert look_at(found) == 0
    day(TWO_MONTHS_ON)
    assert look_at(found) == 1
    assert Happening.objects.get().subject == rows[0]["obs_id"]
    SavedSearch.objects.update(state="")
    assert look_at(found) == 0, "other filters are a new beginning"


def test_a_plan_that_leaves_a_search_is_withdrawn_only_where_the_archive_has_it_no_more(alice, sandbox, day):
    search = answered({"collection": "programs", "programs": "1176"}, alice)
    saved = SavedSearch.objects.create(name="Mine", owner=alice, search=search)
    found = subscribing.subscribe(alice, subscribing.search_watch(alice, saved.pk), {})
    look_at(found)
    asked = parse_question({"collection": "programs", "programs": "8441"})
    rows = archive.client().columns(asked, lines.OBSERVATION_COLUMNS, 100_000)
    there = reading.observations(rows, 0.0)
    elsewhere = [min(there.planned), min(seen.plan for seen in there.rows.values())]
    watch = Watch.objects.get()
    before = Snapshot.unpack(bytes(watch.snapshot))
    left = dict.fromkeys([*elsewhere, "8441 999", "* 998", " 997"], "a plan")
    Watch.objects.update(snapshot=replace(before, planned=dict(before.planned) | left).pack())
    mark = sandbox.mark()
    assert look_at(found) == 3
    last_mark = sandbox.mark()
    assert look_at(found) == 0
    usual = questions(sandbox.log(last_mark))
    assert len(questions(sandbox.log(mark))) == 2 * len(usual) + 1, "one more for all that left"
    assert set(Happening.objects.values_list("kind", "subject")) == {
        ("planned-withdrawn", key) for key in ("8441 999", "* 998", " 997")
    }


def test_nothing_is_planned_for_a_basket(alice):
    watch = subscribing.basket_watch(alice, Basket.objects.create(name="Mine", owner=alice).pk)
    with pytest.raises(BadQuery, match="none of new, reprocessed, public"):
        subscribing.subscribe(alice, watch, {"events": ["planned-added"]})


def test_a_keyword_search_hears_of_files_made_anew(alice, sandbox, day):
    question = {"collection": "jwst-keywords", "instrument": "nircam", "criteria": {"program": ["1073"]}}
    search = answered(question, alice)
    uris = results.open_table(search.current_id).table["dataURI"].to_pylist()
    saved = SavedSearch.objects.create(name="Files", owner=alice, search=search)
    found = subscribing.subscribe(alice, subscribing.search_watch(alice, saved.pk), {})
    look_at(found)
    sandbox.replace(uris[0])
    assert look_at(found) == 1
    happening = Happening.objects.get()
    assert (happening.kind, happening.subject) == ("reprocessed", uris[0].rpartition("/")[2])


def test_a_basket_hears_of_its_own_products_and_not_of_what_was_put_in(alice, sandbox, day):
    question = {"collection": "programs", "programs": "10775", "criteria": {"obs_collection": ["HST"]}}
    search = answered(question, alice)
    rows = [row for row in results.open_table(search.current_id).table.to_pylist() if row["calib_level"] == 3]
    basket = Basket.objects.create(name="Old ones", owner=alice)
    lines.add_observations(basket, rows[:2], alice)
    found = subscribing.subscribe(alice, subscribing.basket_watch(alice, basket.pk), {})
    assert look_at(found) == 0
    sandbox.replace(rows[0]["dataURL"])
    sandbox.replace(rows[2]["dataURL"])
    lines.add_observations(basket, rows[2:3], alice)
    assert look_at(found) == 1
    assert (Happening.objects.get().kind, Happening.objects.get().subject) == (
        "reprocessed",
        rows[0]["obs_id"],
    )


def test_a_planned_observation_in_a_basket_is_new_when_it_was_executed(alice, sandbox, day):
    day("2026-03-01", unfolds=True)
    search = answered({"collection": "programs", "programs": "7929"}, alice)
    rows = results.open_table(search.current_id).table.to_pylist()
    basket = Basket.objects.create(name="To come", owner=alice)
    lines.add_observations(basket, [row for row in rows if row["calib_level"] == -1], alice)
    found = subscribing.subscribe(alice, subscribing.basket_watch(alice, basket.pk), {})
    assert look_at(found) == 0
    day("2026-05-01", unfolds=True)
    assert look_at(found)
    assert set(Happening.objects.values_list("kind", flat=True)) == {"new"}
    assert look_at(found) == 0


def test_trouble_puts_looks_off_longer_and_longer_and_loses_nothing(alice, sandbox, day):
    found = follow(alice)
    sandbox.faults({"match": "invoke", "times": 50, "fault": "status", "status": 400})
    pauses = []
    for _ in range(2):
        assert look_at(found) is None
        watch = Watch.objects.get()
        pauses.append(watch.due_at - timezone.now())
    assert watch.phase == "ERROR"
    assert watch.error
    assert (watch.failures, watch.serial) == (2, 1)
    assert pauses[1] > 1.5 * pauses[0] > timedelta(seconds=60)
    sandbox.clear()
    assert watching.due() == []
    Watch.objects.update(due_at=timezone.now())
    assert watching.due() == [watch.pk]
    assert watching.look(watch.pk) == 0
    assert Watch.objects.get().failures == 0


def test_an_archive_that_has_lost_everything_is_asked_once_more(alice, sandbox, day):
    found = follow(alice, "99998")
    Watch.objects.update(snapshot=Snapshot(1.0, {"a": Seen(3)}, {"99998 003": "a plan"}).pack())
    assert look_at(found) == 0
    assert Watch.objects.get().doubts == 1
    assert look_at(found) == 1
    assert Happening.objects.get().kind == "planned-withdrawn"


def test_rows_that_no_archive_should_send_are_told_all_the_same(alice, sandbox, day):
    found = follow(alice, channels=["bell", "mail"])
    evil = "<script>\r\nBcc: x@y.z\x07 ../" + "x" * 100_000
    rows = [
        {"obs_id": f"jw01176{evil}", "calib_level": 2**40, "target_name": evil, "obs_collection": evil},
        {"obs_id": "jw01176003001_xx101", "calib_level": -1, "target_name": evil, "proposal_id": evil},
        {"obs_id": "b", "calib_level": 3, "t_obs_release": 1e300, "dataRights": evil},
    ]
    watch = Watch.objects.get()
    before = Snapshot.unpack(bytes(watch.snapshot))
    seen = reading.observations(pa.Table.from_pylist(rows), before.at_mjd)
    Watch.objects.update(snapshot=replace(before, rows={}, planned=seen.planned).pack())
    events = differences(before, replace(seen, planned=dict(before.planned) | dict(seen.planned)))
    told = watching._told(watch, 9, seen, events)
    assert giving.give(found.pk) == told >= 3
    mail = Delivery.objects.get()
    assert "\n" not in mail.title
    assert "<script>" not in mail.html
    for notice in Notice.objects.all():
        assert len(notice.title) <= 300
        assert "\n" not in notice.title
    page = client_of(alice).get("/subscriptions/").content.decode()
    assert "<script>\r" not in page


def test_only_a_few_looks_are_under_way_at_once(alice, settings):
    settings.NEWS_LOOKS_AT_ONCE = 2
    for number in range(5):
        follow(alice, str(1176 + number), look=False)
    assert len(watching.due()) == 2
    assert watching.due() == []


def test_a_look_that_another_worker_has_is_left_alone(alice):
    found = follow(alice, look=False)
    later = timezone.now() + timedelta(minutes=1)
    Watch.objects.update(phase="EXECUTING", lease_until=later, lease_token=None, attempts=1)
    assert watching.look(found.watch_id) is None
    assert not watching.queue(found.watch_id)
