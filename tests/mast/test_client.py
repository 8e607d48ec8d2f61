"""The client's questions to the sandbox, over HTTP through astroquery, and what their answers are."""

import subprocess
import sys
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from mastportal.mast.client import MastClient
from mastportal.mast.connection import Credential
from mastportal.mast.criteria import mode_less_question, parse_question
from mastportal.mast.errors import NotFound, TooMany
from mastportal.mast.fields import OBSERVATION_FIELDS, PRODUCT_FIELDS, arrow_schema
from tests.mast.question_server import WHO_ASKS


@pytest.fixture
def ask(client):
    """Asks a question and gives all its rows; names are resolved."""

    def run(collection="observations", page_rows=50_000, **question):
        criteria = parse_question({"collection": collection} | question)
        if criteria.name_to_resolve:
            criteria = criteria.located(client.resolve(criteria.name_to_resolve))
        tables = list(client.pages(criteria, page_rows=page_rows))
        assert client.count(criteria) == sum(table.num_rows for table in tables)
        return pa.concat_tables(tables)

    return run


def distinct(table, column):
    return set(table[column].to_pylist())


def test_a_name_is_resolved(client):
    place = client.resolve("m57")
    assert (place.ra_deg, place.dec_deg) == pytest.approx((283.396, 33.029), abs=0.01)
    assert 0 < place.radius_deg < 0.1
    assert place.resolver


def test_an_unknown_name_is_not_found(client):
    with pytest.raises(NotFound, match=r"No resolver knows “Xyzzy 1”") as caught:
        client.resolve("Xyzzy 1")
    assert caught.value.suggestion is None


def test_a_moving_body_offers_the_search_that_finds_it(client):
    with pytest.raises(NotFound, match=r"[\d,]+ observations have a name like \*jupiter\*") as caught:
        client.resolve("Jupiter")
    count = client.count(parse_question(caught.value.suggestion))
    assert f" {count:,} observations" in str(caught.value)


def test_a_target_with_a_radius(ask):
    rows = ask(target="m57 r=1m")
    assert rows.num_rows > 0
    assert rows.schema.names[-1] == "distance"
    assert pc.max(rows["distance"]).as_py() <= 60


def test_a_target_with_criteria(ask):
    rows = ask(target="m57 r=1m", criteria={"obs_collection": ["JWST"], "filters": ["F560W"]})
    assert rows.num_rows > 0
    assert all("F560W" in filters for filters in rows["filters"].to_pylist())


def test_the_primers_tutorial(ask):
    rows = ask(
        criteria={
            "obs_collection": "JWST",
            "proposal_id": "1073",
            "instrument_name": "Nircam",
            "filters": "F277W",
        }
    )
    assert rows.num_rows > 0
    assert all(name.startswith("NIRCAM") for name in distinct(rows, "instrument_name"))


def test_a_programme_holds_every_spelling_of_its_target(ask):
    spelled = distinct(ask("programs", programs="jw01176"), "target_name")
    assert {"VV-191", "VV191", "VV 191"} <= spelled


def test_spellings_of_a_programme_are_one(ask):
    tables = [ask("programs", programs=text) for text in ("1176", "01176", "jw01176")]
    assert tables[0].num_rows == tables[1].num_rows == tables[2].num_rows > 0


def test_observations_have_the_declared_columns(ask):
    rows = ask("programs", programs="1176")
    assert rows.schema.equals(arrow_schema(OBSERVATION_FIELDS), check_metadata=True)
    assert rows["obsid"].null_count == 0
    assert len(distinct(rows, "obsid")) == rows.num_rows


def test_planned_observations_are_among_them(ask):
    rows = ask(criteria={"calib_level": [-1]})
    assert distinct(rows, "calib_level") == {-1}
    assert rows["t_min"].null_count == rows.num_rows


def test_several_instruments_with_all_their_modes(ask):
    both = ask(criteria={"instrument_name": ["nircam", "miri"]})
    each = [ask(criteria={"instrument_name": name}).num_rows for name in ("nircam", "miri")]
    assert both.num_rows == sum(each)
    assert len(distinct(both, "obsid")) == both.num_rows


def test_a_mode_is_only_that_mode_and_the_rest_is_counted(ask, client):
    question = {"collection": "observations", "criteria": {"instrument_name": "NIRCAM/IMAGE"}}
    plain = parse_question(
        {"collection": "observations", "criteria": {"instrument_name": {"exact": ["NIRCAM"]}}}
    )
    assert distinct(ask(**question), "instrument_name") == {"NIRCAM/IMAGE"}
    assert client.count(mode_less_question(parse_question(question))) == client.count(plain)


def test_moving_targets_are_found_by_their_flag(ask):
    rows = ask(criteria={"mtFlag": True})
    assert rows.num_rows > 0
    assert distinct(rows, "mtFlag") == {True}


def test_a_range_keeps_its_bounds(ask):
    rows = ask(criteria={"t_min": {"min": "2022-07-01", "max": "2023-01-01"}, "calib_level": [3]})
    assert rows.num_rows > 0
    assert pc.min(rows["t_min"]).as_py() >= 59761
    assert pc.max(rows["t_min"]).as_py() <= 59945


def test_pasted_names_find_their_observations(ask):
    obs_ids = ask("programs", programs="1176")["obs_id"].to_pylist()[:3]
    assert distinct(
        ask("ids", ids=[obs_ids[0], f"{obs_ids[1]}_cal.fits", f"{obs_ids[2]}_i2d.fits"]), "obs_id"
    ) == set(obs_ids)


def test_pages_are_put_together(ask):
    whole, parts = (ask("programs", programs="1176 1073", page_rows=rows) for rows in (50_000, 7))
    assert parts.num_rows == whole.num_rows > 14
    assert parts.sort_by("obsid").equals(whole.sort_by("obsid"))


@pytest.mark.parametrize("instrument", ["nircam", "niriss", "nirspec", "miri", "fgs", "guidestar"])
def test_keywords_of_each_instrument(ask, instrument):
    rows = ask("jwst-keywords", instrument=instrument, criteria={"productLevel": ["3", "2b", "2a"]})
    assert rows["dataURI"].null_count == 0
    assert all(uri.startswith("mast:JWST/product/") for uri in rows["dataURI"].to_pylist()[:100])


def test_grism_exposures_only(ask):
    rows = ask("jwst-keywords", instrument="niriss", criteria={"exp_type": "nis_wfss"})
    assert rows.num_rows > 0
    assert distinct(rows, "exp_type") == {"NIS_WFSS"}


def test_time_series_visits_only(ask):
    rows = [
        ask("jwst-keywords", instrument=name, criteria={"tsovisit": True})
        for name in ("nirspec", "niriss", "nircam")
    ]
    found = pa.concat_tables(rows, promote_options="default")
    assert found.num_rows > 0
    assert distinct(found, "tsovisit") == {"t"}


def test_products_are_every_row_with_declared_types(ask, client):
    obsid = ask(criteria={"obs_id": "jw01176*", "calib_level": [3]})["obsid"][0].as_py()
    products = client.products(obsid)
    assert products.schema.equals(arrow_schema(PRODUCT_FIELDS), check_metadata=True)
    assert distinct(products, "parent_obsid") == {obsid}
    assert "Minimum Recommended Products" in distinct(products, "productGroupDescription")


def test_an_unknown_observation_has_no_products(client):
    assert client.products("999999999999").num_rows == 0


def test_too_many_rows_are_refused_before_any_is_fetched(sandbox, client):
    criteria, since = parse_question({"collection": "programs", "programs": "1176"}), sandbox.mark()
    with pytest.raises(TooMany, match="rows match and at most 5") as caught:
        next(client.pages(criteria, limit=5))
    assert (caught.value.limit, caught.value.count) == (5, client.count(criteria))
    assert len(sandbox.log(since)) == 2


def test_nothing_found_is_an_empty_table(ask):
    rows = ask("programs", programs="99999")
    assert rows.num_rows == 0
    assert "obsid" in rows.column_names


def test_whose_token_it_is(archive):
    anonymous = MastClient(archive).whoami()
    alice = MastClient(archive, Credential("sandbox-token-alice")).whoami()
    expired = MastClient(archive, Credential("sandbox-token-expired")).whoami()
    assert (anonymous.anonymous, anonymous.owner) == (True, "")
    assert (alice.anonymous, alice.owner) == (False, "alice")
    assert "mast:exclusive_access" in alice.scopes
    assert expired.anonymous


def test_the_archives_clock_is_remembered(client):
    assert client.last_date is None
    client.count(parse_question({"collection": "programs", "programs": "1176"}))
    assert client.last_date < datetime.now(UTC)


def test_every_request_names_the_portal_and_nothing_else_is_asked(stub, archive):
    stub.answer = lambda _: (200, {}, b'{"status": "COMPLETE", "data": [{"Column1": 3}], "fields": []}')
    MastClient(type(archive)(stub.url, WHO_ASKS)).count(
        parse_question({"collection": "programs", "programs": "1"})
    )
    (seen,) = stub.seen
    assert seen.headers["User-Agent"] == WHO_ASKS
    assert (seen.path, seen.asked["params"]["columns"]) == ("/api/v0/invoke", "COUNT_BIG(*)")


def test_astroquery_is_loaded_by_the_first_question_only():
    heavy = "[name in sys.modules for name in ('astroquery', 'astropy')]"
    code = f"import sys, mastportal.mast.probe; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[False, False]"
