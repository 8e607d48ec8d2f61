"""Associations, pools and catalogues."""

import io
import json
from dataclasses import replace

from astropy.table import Table

from mastportal.sandbox.bodies import body_of
from tests.sandbox.holding_tables import facts

MEMBERS = ("jw01176341001_02101_00001_nrca1_cal.fits", "jw01176341001_02101_00002_nrca1_cal.fits")
ASSOCIATION = "jw01176-o341_20260112t081942_image3_00012_asn.json"


def content(name: str, **changes: object) -> bytes:
    body = body_of(facts(name, **changes))
    return body.read(0, body.size_bytes)


def test_an_association_names_its_members() -> None:
    told = replace(facts(ASSOCIATION), members=MEMBERS, product_name="jw01176-o341_t042_nircam_clear-f090w")
    body = body_of(told)
    product = json.loads(body.read(0, body.size_bytes))["products"][0]
    assert product["name"] == "jw01176-o341_t042_nircam_clear-f090w"
    assert tuple(member["expname"] for member in product["members"]) == MEMBERS


def test_an_association_says_its_rule_and_programme() -> None:
    told = json.loads(content(ASSOCIATION))
    assert (told["asn_type"], told["program"], told["asn_id"]) == ("image3", "1176", "o341")


def test_a_pool_is_the_same_whatever_observation_lists_it() -> None:
    name = "jw01176_20260112t081942_pool.csv"
    assert content(name) == content(name, target_name="EL-GORDO", instrument_name="MIRI/IMAGE")


def test_a_pool_is_a_table_separated_by_bars() -> None:
    lines = content("jw01176_20260112t081942_pool.csv").decode().split()
    assert {line.count("|") for line in lines if "|" in line} == {9}


def test_a_catalogue_is_read_by_astropy() -> None:
    table = Table.read(
        io.BytesIO(content("jw01176-o341_t042_nircam_clear-f090w_cat.ecsv")), format="ascii.ecsv"
    )
    assert len(table) >= 40
    assert abs(table["ra"].mean() - 207.0926) < 0.1


def test_reprocessed_texts_differ_in_size() -> None:
    for name in (ASSOCIATION, "jw01176_20260112t081942_pool.csv", "x_cat.ecsv", "x_log.txt"):
        assert len(content(name)) != len(content(name, version=1))
