"""Rows of the keyword services that follow from the observations."""

import hashlib

import pytest

from mastportal.sandbox.facts import keyword_columns
from mastportal.sandbox.holdings import Holdings
from mastportal.sandbox.keyword_rows import LETTERS, SERVICES, date_text, files_of, schema_of
from tests.sandbox.holding_tables import observation

INSTRUMENTS = ["nircam", "niriss", "nirspec", "miri", "fgs"]


@pytest.mark.parametrize(
    ("changes", "endings"),
    [
        ({}, ["clear-f090w_i2d.fits"]),
        ({"instrument_name": "NIRISS/WFSS", "filters": "F200W;GR150C"}, ["_x1d.fits", "_c1d.fits"]),
        (
            {"instrument_name": "NIRCAM/CORON"},
            ["_i2d.fits", "_psfstack.fits", "_psfalign.fits", "_psfsub.fits"],
        ),
        ({"obs_id": "jw09282002001_02101_00001_nis", "instrument_name": "NIRISS/IMAGE"}, ["nis_cal.fits"]),
    ],
)
def test_highest_level_fits_only(changes: dict[str, object], endings: list[str]) -> None:
    names = files_of(observation(**changes))
    assert [name.endswith(ending) for name, ending in zip(names, endings, strict=True)] == [True] * len(
        endings
    )


def test_without_a_fits_file_of_level_3_the_exposures_count() -> None:
    names = files_of(
        observation(instrument_name="MIRI/IMAGE", filters="F1500W", dataproduct_type="timeseries")
    )
    assert names
    assert all(name.endswith("_mirimage_calints.fits") for name in names)


@pytest.mark.parametrize("service", INSTRUMENTS)
def test_columns_are_the_service_s(builtin: Holdings, service: str) -> None:
    expected = [column.name for column in keyword_columns() if LETTERS[service] in column.services]
    assert builtin.keywords[service].column_names == expected


def test_services_are_the_seven(builtin: Holdings) -> None:
    assert tuple(builtin.keywords) == SERVICES
    assert len(builtin.keywords) == 7
    assert "hst" not in builtin.keywords


@pytest.mark.parametrize("service", INSTRUMENTS)
def test_rows_are_of_the_instrument(builtin: Holdings, service: str) -> None:
    assert set(builtin.keywords[service]["instrume"].to_pylist()) == {service.upper()}


@pytest.mark.parametrize("service", [*INSTRUMENTS, "guidestar", "wss"])
def test_files_are_named_once(builtin: Holdings, service: str) -> None:
    uris = builtin.keywords[service]["dataURI"].to_pylist()
    assert uris
    assert len(uris) == len(set(uris))


@pytest.mark.parametrize("service", [*INSTRUMENTS, "guidestar", "wss"])
def test_every_file_can_be_had(builtin: Holdings, service: str) -> None:
    for uri in builtin.keywords[service]["dataURI"].to_pylist()[::29]:
        assert builtin.product(uri) is not None


@pytest.mark.parametrize("service", ["nircam", "niriss", "nirspec", "miri", "guidestar"])
def test_sizes_and_checksums_are_those_of_the_body(builtin: Holdings, service: str) -> None:
    for row in builtin.keyword_page(service, range(0, 60, 7)).to_pylist():
        product = builtin.product(row["dataURI"])
        assert product is not None
        content = product.read(0, product.size_bytes)
        assert row["fileSize"] == len(content)
        assert row["checksum"] == hashlib.md5(content, usedforsecurity=False).hexdigest()


def test_what_is_not_asked_for_is_not_given(builtin: Holdings) -> None:
    page = builtin.keyword_page("nircam", [0, 3], ["filename", "fileSize"])
    assert page.column_names == ["filename", "fileSize"]
    assert page["fileSize"].null_count == 0


def test_time_series_say_t(builtin: Holdings) -> None:
    rows = builtin.keywords["nirspec"].select(["tsovisit", "exp_type"]).to_pylist()
    assert {row["exp_type"] for row in rows if row["tsovisit"] == "t"} == {"NRS_BRIGHTOBJ"}


def test_slitless_rows_say_so(builtin: Holdings) -> None:
    rows = builtin.keywords["niriss"].select(["template", "exp_type"]).to_pylist()
    slitless = [row for row in rows if row["exp_type"] == "NIS_WFSS"]
    assert {row["template"] for row in slitless} == {"NIRISS Wide Field Slitless Spectroscopy"}


def test_restriction_follows_the_day(builtin: Holdings) -> None:
    table = builtin.keywords["nirspec"]
    late = [row for row, mjd in enumerate(table["publicReleaseDate_mjd"].to_pylist()) if mjd > 61274][:5]
    assert late
    assert builtin.keyword_page("nirspec", late)["isRestricted"].to_pylist() == [True] * len(late)


def test_dates_are_milliseconds_since_1970() -> None:
    assert date_text(40587.0) == "/Date(0)/"
    assert date_text(60000.5) == "/Date(1677326400000)/"
    assert date_text(None) is None


@pytest.mark.parametrize("service", INSTRUMENTS)
def test_numbers_and_truths_have_their_types(service: str) -> None:
    types = {field.name: str(field.type) for field in schema_of(service)}
    assert types["program"] == types["fileSize"] == "int64"
    assert types["expstart"] == "double"
    assert types["isRestricted"] == "bool"
    assert types["date_obs"] == types["tsovisit"] == "string"
