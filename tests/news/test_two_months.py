"""Two months of the holdings: everybody hears of everything once, as the holdings' own dates have it.

The ordinary test lives through them in a few looks, one of which breaks off; the long one day by day, while
worker, broker, database, web server and mail server are killed.
"""

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import transaction

from mastportal.desk.models import SavedSearch
from mastportal.news import giving, subscribing, watching
from mastportal.news.models import Subscription, Watch
from mastportal.outbox.models import Delivery, Notice
from mastportal.sandbox.survey import built_in
from tests.news import reference
from tests.news.conftest import look_at
from tests.news.reference import Look
from tests.search.make import answered

pytestmark = pytest.mark.django_db
FIRST = date(2026, 3, 1)
MJD = 61_100.0
STEPS = (0, 21, 33, 61)
FOLLOWED = [("JWST", "5645"), ("JWST", "8441"), ("HST", "17502")]
SEARCHED = [("JWST", "11441"), ("JWST", "7929"), *FOLLOWED[1:]]
OF_PLANS = ["planned-added", "planned-withdrawn"]


def told(notices):
    return Counter((n.kind, n.data["obs_id"], n.data["observation"]) for n in notices)


def of_the_whole(events):
    """Without the first data of single observations, which who follows the whole did not ask for."""
    return Counter({event: n for event, n in events.items() if event[0] != "first" or not event[2]})


def test_a_few_looks_tell_all_that_happened_once(alice, bob, sandbox, day):
    holdings = reference.by_programme(built_in(3000).to_pylist())
    day(str(FIRST), unfolds=True)
    hers = [_follow(alice, *named) for named in FOLLOWED]
    his = _follow(bob, *FOLLOWED[1], channels=["mail"], frequency="weekly")
    looks = []
    for step in STEPS:
        day(str(FIRST + timedelta(days=step)), unfolds=True)
        looks.append(Look(MJD + step, MJD + step + 0.5))
        for found in hers:
            if step == 33:
                _break_off(found)
            assert look_at(found) is not None
            giving.give(found.pk)
        giving.give(his.pk)
    for found, named in zip(hers, FOLLOWED, strict=True):
        rows = holdings[named]
        assert all(reference.quiet(rows, MJD + step) for step in (STEPS[0], STEPS[-1]))
        expected = of_the_whole(reference.events(rows, looks, {}))
        assert told(Notice.objects.filter(data__program=named[1])) == expected
        assert expected, f"nothing happens to {found}"
    mailed = [event for sent in Delivery.objects.filter(person=bob) for event in sent.data["events"]]
    waiting = his.pending.filter(told_at=None).count()
    assert len(mailed) + waiting == of_the_whole(reference.events(holdings[FOLLOWED[1]], looks, {})).total()
    assert len({event["id"] for event in mailed}) == len(mailed)


@pytest.mark.parametrize("filters", ["", "f.calib_level=-1"], ids=["all-rows", "only-planned"])
def test_a_saved_search_hears_of_the_plan_and_takes_nothing_executed_for_withdrawn(
    filters, alice, sandbox, day
):
    day(str(FIRST), unfolds=True)
    question = {"collection": "programs", "programs": ", ".join(program for _, program in SEARCHED)}
    search = answered(question, alice)
    saved = SavedSearch.objects.create(name="To come", owner=alice, search=search, state=filters)
    found = subscribing.subscribe(alice, subscribing.search_watch(alice, saved.pk), {"events": OF_PLANS})
    steps = STEPS[::3]
    for step in steps:
        day(str(FIRST + timedelta(days=step)), unfolds=True)
        assert look_at(found) is not None
        giving.give(found.pk)
    holdings = reference.by_programme(built_in(3000).to_pylist())
    looks = [Look(MJD + step, MJD + step + 0.5) for step in steps]
    expected = Counter()
    for mission, program in SEARCHED:
        events = reference.events(holdings[mission, program], looks, {})
        expected.update({(program, *event): n for event, n in events.items() if event[0] in OF_PLANS})
    notices = Notice.objects.filter(person=alice)
    assert Counter((n.data["program"], n.kind, "", n.data["observation"]) for n in notices) == expected
    assert {kind for _, kind, _, _ in expected} == set(OF_PLANS)
    assert all(f"of programme {n.data['program']}" in n.title for n in notices)


def _follow(user, mission, program, **wishes) -> Subscription:
    return subscribing.subscribe(user, subscribing.programme_watch(mission, program), wishes)


class Killed(BaseException):
    """As a worker's end does, it passes by everything that handles errors."""


def _break_off(found):
    """The look is killed after all was written down and before it was committed; its lease ends."""
    watching.queue(found.watch_id)
    with suppress(Killed), transaction.atomic():
        assert watching.look(found.watch_id, thorough=True) is not None
        raise Killed
    assert Watch.objects.get(pk=found.watch_id).phase == "QUEUED"
    Watch.objects.filter(pk=found.watch_id).update(phase="COMPLETED")
