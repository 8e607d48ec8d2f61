"""What becomes of bundles when who asked for them goes: what is complete stays, what is fetched stops."""

import pytest
from django.contrib.auth.models import User

from accounts.groups import leaving
from accounts.models import ResearchGroup
from basket import access
from basket.models import Basket, Bundle, Staging
from mastportal.work import Phase


@pytest.fixture
def group(alice: User, bob: User) -> ResearchGroup:
    return ResearchGroup.objects.get(name="Demo group")


def bundle(owner: User, group: ResearchGroup | None, phase: Phase) -> Bundle:
    made = Bundle.objects.create(owner=owner, group=group, folder="MAST_X", name="X", phase=phase)
    made.files.create(n=0, data_uri="mast:JWST/product/a.fits", path="a.fits", phase=phase)
    return made


def phases(*made: Bundle) -> list[tuple[str, str]]:
    return [(each.phase, each.files.get().phase) for each in (Bundle.objects.get(pk=m.pk) for m in made)]


def test_leaving_stops_what_is_fetched_for_them_in_the_group_alone(
    alice: User, bob: User, group: ResearchGroup
) -> None:
    theirs, done = bundle(bob, group, Phase.EXECUTING), bundle(bob, group, Phase.COMPLETED)
    own, hers = bundle(bob, None, Phase.EXECUTING), bundle(alice, group, Phase.EXECUTING)
    leaving.leave(bob, group)
    assert phases(theirs, done, own, hers) == [
        (Phase.ABORTED, Phase.ABORTED),
        (Phase.COMPLETED, Phase.COMPLETED),
        (Phase.EXECUTING, Phase.EXECUTING),
        (Phase.EXECUTING, Phase.EXECUTING),
    ]


def test_what_was_laid_out_for_who_left_is_taken_away(alice: User, bob: User, group: ResearchGroup) -> None:
    done = bundle(bob, group, Phase.COMPLETED)
    for person in (alice, bob):
        Staging.objects.create(
            bundle=done, owner=person, person=person.username, place="X", phase=Phase.COMPLETED
        )
    leaving.leave(bob, group)
    assert dict(Staging.objects.values_list("person", "phase")) == {
        "alice": Phase.COMPLETED,
        "bob": Phase.ABORTED,
    }


def test_nobody_inherits_a_bundle_that_is_still_fetched(alice: User, bob: User, group: ResearchGroup) -> None:
    running, done = bundle(bob, group, Phase.EXECUTING), bundle(bob, group, Phase.COMPLETED)
    basket = Basket.objects.create(name="shared", owner=bob, group=group)
    leaving.remove_person(bob, by=alice)
    assert phases(running, done) == [(Phase.ABORTED, Phase.ABORTED), (Phase.COMPLETED, Phase.COMPLETED)]
    assert {each.owner for each in Bundle.objects.all()} == {alice}
    basket.refresh_from_db()
    assert basket.owner == alice


def test_a_reader_stops_what_they_asked_for_and_nothing_else(
    alice: User, charlie: User, group: ResearchGroup
) -> None:
    group.memberships.create(user=charlie, role="reader")
    theirs, hers = bundle(charlie, group, Phase.EXECUTING), bundle(alice, group, Phase.EXECUTING)
    assert access.bundle_to_write(charlie, theirs.pk) == theirs
    assert not access.may_stop(charlie, hers)
