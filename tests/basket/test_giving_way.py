"""Two bundles that hold the room each other needs: the later gives way, and both end."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from basket import bundles, filling, tasks
from basket.giving_way import SENTENCE
from basket.models import Basket, Bundle
from basket.phases import Phase, Status
from mastportal.files import room
from mastportal.files.models import StoredFile
from tests.basket.make import bundle_of, fill_all, only
from tests.basket.test_pausing import turn
from tests.people import client_of

pytestmark = pytest.mark.django_db
EARLIER, LATER = "f.suffix=cal&f.detector=NRCA1", "f.suffix=cal&f.detector=NRCA2"


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path) -> None:
    settings.STORE_DIR, settings.STORE_SPARE_BYTES = tmp_path / "store", 0


@pytest.fixture
def two(basket: Basket, alice: User, settings) -> tuple[Bundle, Bundle]:
    """Two bundles without a file in common; each lacks two of its files, and there is no more room."""
    earlier, later = (bundle_of(only(basket, which), alice) for which in (EARLIER, LATER))
    for bundle in (earlier, later):
        assert bundles.freeze(bundle.pk)
        have(bundle, all_but=2)
    settings.STORE_QUOTA_BYTES = room.used_bytes() + 10
    return earlier, later


def have(bundle: Bundle, all_but: int) -> None:
    """Fetch the files of a bundle except the first so many."""
    rows = bundle.files.filter(n__gte=all_but)
    rows.update(phase=Phase.QUEUED)
    fill_all(list(rows.values_list("pk", flat=True)))


def a_while_later() -> None:
    StoredFile.objects.update(last_used_at=timezone.now() - timedelta(minutes=5))


def see_to_its_end(bundle: Bundle) -> Bundle:
    while bundle.files.filter(phase=Phase.PENDING).exists():
        assert turn(bundle).waits_for == ""
    tasks.sweep()
    bundle.refresh_from_db()
    return bundle


def test_both_end(two: tuple[Bundle, Bundle]) -> None:
    earlier, later = two
    assert "store is full" in turn(later).waits_for, "it is the last, and nobody gives way to it"
    assert turn(earlier).waits_for
    later.refresh_from_db()
    assert (later.gives_way_to, later.waits_for) == (earlier, SENTENCE)
    assert set(later.files.values_list("status", "phase", "attempts", "stored_file")) == {
        (Status.WAITING, Phase.PENDING, 0, None)
    }
    assert client_of(later.owner).get(f"/api/v1/bundles/{later.pk}").json()["waits_for"] == SENTENCE
    a_while_later()
    assert turn(earlier).waits_for == ""
    assert filling.top_up(later.pk) == [], "it takes nothing back meanwhile"
    assert see_to_its_end(earlier).is_ready
    assert room.used_bytes() <= settings.STORE_QUOTA_BYTES
    bundles.stop_or_remove(earlier)
    a_while_later()
    assert turn(later).waits_for == ""
    assert see_to_its_end(later).is_ready
    assert set(later.files.values_list("status", flat=True)) == {Status.OK}


def test_nothing_is_given_back_that_would_not_be_enough(two: tuple[Bundle, Bundle]) -> None:
    earlier, later = two
    few = later.files.filter(status=Status.OK).order_by("n")[:13]
    later.files.filter(pk__in=few.values("pk")).update(stored_file=None)
    turn(later)
    turn(earlier)
    later.refresh_from_db()
    assert later.gives_way_to is None
    assert later.files.filter(status=Status.OK).exists()


def test_what_a_third_one_needs_frees_nothing(two: tuple[Bundle, Bundle], alice: User) -> None:
    earlier, later = two
    turn(later)
    assert bundles.freeze(bundles.again(later, alice).pk)
    turn(earlier)
    later.refresh_from_db()
    assert later.gives_way_to is None


@pytest.mark.parametrize("end", [bundles.stop, Bundle.delete])
def test_it_goes_on_when_the_other_is_gone(two: tuple[Bundle, Bundle], end) -> None:
    earlier, later = two
    turn(later)
    turn(earlier)
    end(earlier)
    a_while_later()
    later.refresh_from_db()
    assert turn(later).waits_for == ""
    assert later.gives_way_to is None


def test_a_file_that_comes_late_says_nothing_else(two: tuple[Bundle, Bundle]) -> None:
    """It was under way when its bundle gave way."""
    earlier, later = two
    turn(later)
    late = later.files.filter(status=Status.OK).first()
    assert late is not None
    later.files.filter(pk=late.pk).update(status=Status.WAITING, phase=Phase.EXECUTING)
    turn(earlier)
    later.files.filter(pk=late.pk).update(phase=Phase.QUEUED, attempts=0)
    fill_all([late.pk])
    later.refresh_from_db()
    assert (later.gives_way_to, later.waits_for) == (earlier, SENTENCE)
    late.refresh_from_db()
    assert late.status == Status.OK
