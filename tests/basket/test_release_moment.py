"""What needs a token changes at the moment of a release, not with the day it falls on."""

import math

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache

from accounts.archive import CLOCK, today_mjd
from basket import lines
from basket.harvest import products_of
from basket.models import Basket
from basket.phases import Preset
from basket.sums import state_of

pytestmark = pytest.mark.django_db
MINUTE_D, DAY_S = 1 / 1440, 86_400


def it_is(mjd: float) -> None:
    """Let the archive's clock say so."""
    cache.delete(CLOCK)
    cache.set(CLOCK, (mjd - today_mjd()) * DAY_S, timeout=None)


@pytest.mark.parametrize("back", [False, True], ids=["forward", "set-back"])
def test_a_token_is_needed_until_the_minute_of_release(alice: User, back: bool) -> None:
    noon = math.floor(today_mjd()) + 0.5
    selection = {"preset": Preset.EVERYTHING.value, "filters": "", "include": [], "exclude": []}
    basket = Basket.objects.create(name="One file", owner=alice, selection=selection)
    row = {"dataURI": "mast:JWST/product/jw01176_cal.fits", "publicReleaseDate_mjd": noon}
    lines.add_files(basket, [row], alice)
    for mjd in sorted([noon - MINUTE_D, noon + MINUTE_D], reverse=back):
        it_is(mjd)
        needed = mjd < noon
        assert products_of(lines.contents_of(basket)).table["needs_token"].to_pylist() == [needed]
        assert state_of(basket).sums.restricted_selected == int(needed)
