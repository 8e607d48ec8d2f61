"""What goes into a basket and out of it."""

import pytest
from django.contrib.auth.models import User

from basket import lines
from basket.models import Basket
from mastportal.tables.columns import BadQuery
from tests.basket.make import observation

pytestmark = pytest.mark.django_db


@pytest.fixture
def empty(alice: User) -> Basket:
    return Basket.objects.create(name="Empty", owner=alice)


def test_observations_are_added_once(empty: Basket, alice: User) -> None:
    first = lines.add_observations(empty, [observation(1), observation(2)], alice)
    again = lines.add_observations(empty, [observation(2), observation(3)], alice)
    assert (first.added, first.already) == (2, 0)
    assert (again.added, again.already) == (1, 1)
    assert [line.obsid for line in empty.lines.all()] == ["1", "2", "3"]


def test_a_row_keeps_what_the_page_and_the_bundle_need(empty: Basket, alice: User) -> None:
    lines.add_observations(empty, [observation(1, t_obs_release=60000.5, s_region="POLYGON …")], alice)
    row = empty.lines.get().row
    assert row["t_obs_release"] == 60000.5
    assert "s_region" not in row


def test_each_change_has_a_revision(empty: Basket, alice: User) -> None:
    lines.add_observations(empty, [observation(1)], alice)
    assert empty.revision == 2
    lines.add_observations(empty, [observation(1)], alice)
    assert empty.revision == 2, "nothing came in, so nothing changed"
    assert lines.remove_observation(empty, "1")
    assert empty.revision == 3


def test_what_is_not_in_cannot_be_taken_out(empty: Basket) -> None:
    assert not lines.remove_observation(empty, "7")
    assert not lines.remove_file(empty, "mast:x")


def test_planned_observations_stay_as_lines_without_products(empty: Basket, alice: User) -> None:
    lines.add_observations(empty, [observation(1, calib_level=-1), observation(2)], alice)
    contents = lines.contents_of(empty)
    assert len(contents.lines) == 2
    assert contents.executed == ["2"]
    assert [line.is_planned for line in empty.lines.all()] == [True, False]


def test_single_files_are_added_once(empty: Basket, alice: User) -> None:
    rows = [{"dataURI": "mast:JWST/product/a_cal.fits", "fileSize": 5}]
    assert lines.add_files(empty, rows, alice).added == 1
    assert lines.add_files(empty, rows, alice).already == 1
    assert lines.contents_of(empty).singles[0]["size"] == 5
    assert lines.remove_file(empty, "mast:JWST/product/a_cal.fits")


def test_rows_without_a_file_are_left_out(empty: Basket, alice: User) -> None:
    assert lines.add_files(empty, [{"dataURI": None}], alice).added == 0


def test_a_basket_has_an_end(empty: Basket, alice: User) -> None:
    with pytest.raises(BadQuery, match="at most"):
        lines.add_observations(empty, [observation(n) for n in range(lines.MOST_LINES + 1)], alice)
    assert not empty.lines.exists()
