"""A followed programme with some to come public within two months, and the sandbox's day put back after."""

import pytest

from mastportal.news import subscribing, watching
from mastportal.news.models import Subscription

USUAL_DAY = "2026-08-22"


@pytest.fixture
def day(sandbox):
    """Sets the sandbox's day; the usual one before and after."""
    sandbox.today(USUAL_DAY)
    yield sandbox.today
    sandbox.today(USUAL_DAY)


def follow(user, program="1176", mission="JWST", look=True, **wishes) -> Subscription:
    """A subscription whose first look was done in this process."""
    found = subscribing.subscribe(user, subscribing.programme_watch(mission, program), wishes)
    if look:
        assert look_at(found) is not None
    return found


def look_at(found, thorough=True):
    watching.queue(found.watch_id)
    return watching.look(found.watch_id, thorough=thorough)
