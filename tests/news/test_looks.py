"""Looks at the archive: a baseline, what became public or was made anew, gentleness, trouble, leases."""

import pytest

from mastportal.mast.client import MastClient
from mastportal.news import giving
from mastportal.news.models import Happening, Pending
from mastportal.outbox.models import Notice
from tests.news.conftest import follow, look_at
from tests.search.make import questions

pytestmark = pytest.mark.django_db


def test_the_first_look_tells_nothing_and_asks_once_for_all_who_follow(alice, bob, sandbox, day):
    mark = sandbox.mark()
    mine, theirs = follow(alice, look=False), follow(bob, "01176", look=False)
    assert mine.watch_id == theirs.watch_id
    assert look_at(mine, thorough=False) == 0
    asked = questions(sandbox.log(mark))
    assert asked.count("Mast.Caom.Filtered") == 1
    assert len([service for service in asked if service.startswith("Mast.Jwst.Filtered")]) <= 4
    assert not Happening.objects.exists()


def test_what_becomes_public_is_told_once_to_each(alice, bob, sandbox, day):
    program = _exclusive_program(sandbox)
    mine, theirs = follow(alice, program), follow(bob, program, events=["new"], look=False)
    day("2026-10-22")
    found = look_at(mine)
    assert found
    assert found == Pending.objects.filter(subscription=mine).count()
    assert not Pending.objects.filter(subscription=theirs).exists()
    assert giving.give(mine.pk) == found
    assert giving.give(mine.pk) == 0
    assert Notice.objects.filter(person=alice).count() == found
    notice = Notice.objects.filter(person=alice).first()
    assert notice.kind == "public"
    assert (notice.data["program"], notice.path) == (program, f"/programmes/JWST/{program}/")
    assert look_at(mine) == 0


def _exclusive_program(sandbox):
    """A JWST programme with the most to become public in the two months after the usual day."""
    from accounts import archive
    from mastportal.mast.criteria import parse_question

    criteria = {"obs_collection": ["JWST"], "t_obs_release": {"min": 61274.5, "max": 61335.0}}
    asked = parse_question({"collection": "observations", "criteria": criteria})
    client: MastClient = archive.client()
    rows = client.columns(asked, ["proposal_id"], 100_000)["proposal_id"].to_pylist()
    return max(set(rows), key=rows.count)
