"""How rows are marked."""

import pytest

from mastportal.search.rowstates import states_of

TODAY_MJD = 61_000.0
PAST, FUTURE = TODAY_MJD - 1, TODAY_MJD + 100


@pytest.mark.parametrize(
    ("row", "name", "short"),
    [
        ({"calib_level": 3, "dataRights": "PUBLIC", "t_obs_release": PAST}, "", ""),
        ({"calib_level": -1, "dataRights": "PUBLIC", "t_obs_release": PAST}, "planned", "planned"),
        ({"calib_level": -1, "dataRights": "EXCLUSIVE_ACCESS"}, "planned", "planned"),
        (
            {"calib_level": 3, "dataRights": "EXCLUSIVE_ACCESS", "t_obs_release": FUTURE},
            "exclusive",
            "2026-03-01",
        ),
        ({"calib_level": 3, "dataRights": "PUBLIC", "t_obs_release": FUTURE}, "exclusive", "2026-03-01"),
        ({"calib_level": 3, "dataRights": "EXCLUSIVE_ACCESS", "t_obs_release": PAST}, "", ""),
        ({"calib_level": 3, "dataRights": "EXCLUSIVE_ACCESS", "t_obs_release": None}, "exclusive", ""),
        ({"calib_level": 3, "dataRights": "RESTRICTED", "t_obs_release": PAST}, "exclusive", ""),
        ({"dataURI": "mast:x", "publicReleaseDate_mjd": FUTURE}, "exclusive", "2026-03-01"),
        ({"dataURI": "mast:x", "isRestricted": "true"}, "exclusive", ""),
        ({"dataURI": "mast:x", "dataRights": None}, "", ""),
    ],
)
def test_marks(row, name, short):
    state = states_of(TODAY_MJD)(row)
    assert (state.name, state.short) == (name, short)
    assert bool(state.words) == bool(name)


def test_planned_rows_have_nothing_to_download():
    assert states_of(TODAY_MJD)({"calib_level": -1, "obsid": "1"}).download_url == ""


def test_observations_and_files_are_downloaded_from_their_addresses():
    state_of = states_of(TODAY_MJD, "abc")
    assert state_of({"obsid": "42"}).download_url == "/observations/42/download?search=abc"
    assert (
        state_of({"dataURI": "mast:JWST/a&b"}).download_url == "/api/v1/products/download?uri=mast:JWST/a%26b"
    )
