"""The built-in observations: a smaller scale begins a larger one, and bodies follow names alone."""

from datetime import date

import pytest

from mastportal.sandbox.__main__ import parse_options
from mastportal.sandbox.holdings import DEFAULT_TODAY, Holdings, fold_name, load
from mastportal.sandbox.survey import built_in
from tests.sandbox.conftest import TODAY


@pytest.fixture(scope="module")
def small() -> Holdings:
    return load(None, today=TODAY, scale=200, file_bytes=None)


@pytest.mark.parametrize("scale", [1, 2, 50, 200, 777])
def test_a_smaller_scale_is_the_beginning_of_a_larger(scale: int) -> None:
    larger = built_in(1000)
    assert built_in(scale).equals(larger.slice(0, scale))


def test_keys_and_names_are_unique_at_any_scale() -> None:
    table = built_in(5_000)
    for name in ("obsid", "obs_id", "objID"):
        assert len(set(table[name].to_pylist())) == 5_000, name


def test_lists_do_not_depend_on_the_scale(small: Holdings) -> None:
    larger = load(None, today=TODAY, scale=1_000, file_bytes=None)
    for obsid in small.observations["obsid"].to_pylist()[::25]:
        assert small.product_rows(obsid) == larger.product_rows(obsid)


def test_bodies_are_the_same_in_another_process_of_the_same_options(small: Holdings) -> None:
    again = load(None, today=date(2030, 1, 1), scale=300, file_bytes=None)
    rows = [
        row for obsid in small.observations["obsid"].to_pylist()[:40] for row in small.product_rows(obsid)
    ]
    for row in rows[:: max(1, len(rows) // 25)]:
        one, other = (each.product(str(row["dataURI"])) for each in (small, again))
        assert one is not None
        assert other is not None
        assert (one.etag, one.md5()) == (other.etag, other.md5())


@pytest.mark.parametrize("file_bytes", [1000, 30_000, 300_000])
def test_the_typical_size_is_typical(file_bytes: int) -> None:
    held = load(None, today=TODAY, scale=60, file_bytes=file_bytes)
    obsids = held.observations["obsid"].to_pylist()
    sizes = [int(str(row["size"])) for obsid in obsids for row in held.product_rows(obsid)
             if str(row["productFilename"]).endswith("_cal.fits")]  # fmt: skip
    assert sizes
    assert 0.3 * file_bytes < sorted(sizes)[len(sizes) // 2] < 3 * file_bytes + 60_000


def test_replacing_is_of_one_file_only(small: Holdings) -> None:
    held = load(None, today=TODAY, scale=60, file_bytes=2000)
    obsid = next(o for o in held.observations["obsid"].to_pylist() if len(held.product_rows(o)) > 3)
    before = {str(row["dataURI"]): row["size"] for row in held.product_rows(obsid)}
    chosen = next(iter(before))
    assert held.replace(chosen)
    after = {str(row["dataURI"]): row["size"] for row in held.product_rows(obsid)}
    assert {uri for uri in before if before[uri] != after[uri]} == {chosen}


def test_each_replacement_is_larger_later_and_another() -> None:
    held = load(None, today=TODAY, scale=60, file_bytes=2000)
    obsid = next(o for o in held.observations["obsid"].to_pylist() if held.product_rows(o))
    uri = str(held.product_rows(obsid)[0]["dataURI"])
    seen = []
    for _ in range(3):
        product = held.product(uri)
        assert product is not None
        seen.append((product.size_bytes, product.last_modified, product.etag))
        held.replace(uri)
    sizes, moments, tags = zip(*seen, strict=True)
    assert list(sizes) == sorted(set(sizes))
    assert list(moments) == sorted(set(moments))
    assert len(set(tags)) == 3


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "mast:",
        "mast:JWST/product/",
        "mast:JWST/product/no_such_cal.fits",
        "mast:JWST/product/jw99999001001_02101_00001_nis_cal.fits",
        "mast:HST/product/../../etc/passwd",
        "https://example.org/a.fits",
        "jw\x00_cal.fits",
    ],
)
def test_what_nobody_lists_is_not_there(builtin: Holdings, uri: str) -> None:
    assert builtin.product(uri) is None
    assert builtin.replace(uri) is False


def test_a_file_is_of_one_mission_only(builtin: Holdings) -> None:
    obsid = next(o for o in builtin.observations["obsid"].to_pylist() if builtin.product_rows(o))
    uri = str(builtin.product_rows(obsid)[0]["dataURI"])
    for other in (uri.replace("mast:", ""), uri.replace("/product/", "/products/"), uri.upper(), uri + " "):
        assert builtin.product(other) is None


@pytest.mark.parametrize(
    "options", [["--today", "tomorrow"], ["--scale", "many"], ["--holdings", "/nowhere"], ["--what"]]
)
def test_options_that_cannot_be_end_with_a_sentence(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parse_options(options)
    assert caught.value.code == 2
    assert options[0].lstrip("-") in capsys.readouterr().err


def test_options_of_the_contract_are_read() -> None:
    text = "--host 127.0.0.1 --port 1 --today 2026-01-02 --scale 5 --file-bytes 6"
    text += " --latency-ms 7 --bandwidth 8 --long-query-s 9"
    options = parse_options(text.split())
    assert (options.today, options.scale, options.file_bytes) == (date(2026, 1, 2), 5, 6)
    assert (options.latency_ms, options.bandwidth, options.long_query_s) == (7, 8, 9)
    assert parse_options([]).port == 8600


def test_the_default_day_is_fixed() -> None:
    assert load(None, today=None, scale=10, file_bytes=None).today == DEFAULT_TODAY


@pytest.mark.parametrize(
    "spelling", ["m57", "M 57", "Messier 57", "messier057", "M-57", "NGC 6720", "ngc06720"]
)
def test_one_object_in_every_spelling(builtin: Holdings, spelling: str) -> None:
    found = builtin.names[fold_name(spelling)]
    assert (round(found.ra_deg, 2), round(found.dec_deg, 2)) == (283.4, 33.03)


@pytest.mark.parametrize("name", ["m-057", "Messier 007", "ic  0010", "a_1", "a--1", "", "12", "É 5"])
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)
