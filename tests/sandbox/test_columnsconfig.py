"""The column configurations a client asks for first, of every id, against the answers they describe."""

from typing import Any

import pytest

from mastportal.mast.fields import OBSERVATION_FIELDS, PRODUCT_FIELDS
from mastportal.sandbox.columns import CAOM_CONE, CAOM_FILTERED, CAOM_POSITION, PRODUCTS, column_config
from tests.sandbox.asking import Asking

OBSERVATION_IDS = ("Mast.Caom.Cone", "Mast.Caom.Filtered", "Mast.Caom.Filtered.Position", "Mast.Caom.All")
MULTI_VALUED = {"obs_collection", "project", "filters", "wavelength_region", "target_classification"}


def shown(config: dict[str, dict[str, object]]) -> set[str]:
    return {name for name, column in config.items() if not column.get("remove")}


@pytest.mark.parametrize("config_id", OBSERVATION_IDS)
@pytest.mark.parametrize("change", [str, str.lower, str.upper])
def test_every_id_in_any_case(config_id: str, change: Any) -> None:
    assert column_config(change(config_id)) == column_config("Mast.Caom.Filtered") != {}


@pytest.mark.parametrize("config_id", ["", "Mast.Jwst.Filtered.Nircam", "Mast.Name.Lookup", "nothing"])
def test_other_ids_have_none(asking: Asking, config_id: str) -> None:
    answer = asking.http.post("/portal/Mashup/Mashup.asmx/columnsconfig", data={"colConfigId": config_id})
    assert answer.json() == {}


@pytest.mark.parametrize(
    "address", ["/portal/Mashup/Mashup.asmx/columnsconfig", "/portal_jwst/Mashup/Mashup.asmx/columnsconfig"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_by_get_and_by_post_at_both_addresses(asking: Asking, address: str, method: str) -> None:
    given = {"params" if method == "GET" else "data": {"colConfigId": "Mast.Caom.Products"}}
    assert set(asking.http.request(method, address, **given).json()) >= {"dataURI", "size"}


def test_all_columns_that_answers_hold_are_described() -> None:
    described = set(column_config("Mast.Caom.Filtered"))
    assert set(CAOM_FILTERED) | set(CAOM_CONE) | set(CAOM_POSITION) <= described


def test_no_column_that_is_shown_lacks_in_the_answers() -> None:
    config = column_config("Mast.Caom.Filtered")
    assert shown(config) <= set(CAOM_CONE) | set(CAOM_FILTERED)


def test_products_are_described_in_full() -> None:
    assert set(column_config("Mast.Caom.Products")) == set(PRODUCTS) - {"_selected_"}


def test_separators_stand_at_the_columns_of_many_values() -> None:
    config = column_config("Mast.Caom.Filtered")
    assert {name for name, column in config.items() if column.get("separator") == ";"} == MULTI_VALUED
    assert {config[name]["separatorType"] for name in MULTI_VALUED} == {"split"}


def test_the_portal_splits_the_same_columns() -> None:
    assert {field.name for field in OBSERVATION_FIELDS if field.separator} == MULTI_VALUED


@pytest.mark.parametrize("config_id", ["Mast.Caom.Filtered", "Mast.Caom.Products"])
def test_orders_are_all_different(config_id: str) -> None:
    orders = [column["order"] for column in column_config(config_id).values() if "order" in column]
    assert len(orders) == len(set(orders)) > 15


def test_every_described_column_has_a_label_and_a_type() -> None:
    config = column_config("Mast.Caom.Filtered")
    for name in shown(config) - {"_selected_"}:
        assert config[name]["text"], name
        assert config[name].get("type") or config[name].get("vot.datatype"), name


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("s_ra", "deg"),
        ("s_dec", "deg"),
        ("t_min", "MJD"),
        ("t_exptime", "s"),
        ("em_min", "nm"),
        ("distance", "arcsec"),
    ],
)
def test_units_are_those_of_mast(column: str, unit: str) -> None:
    assert column_config("Mast.Caom.Cone")[column]["unit"] == unit


@pytest.mark.parametrize("fields", [OBSERVATION_FIELDS, PRODUCT_FIELDS], ids=["observations", "products"])
def test_units_agree_with_the_portals(fields: Any) -> None:
    config = column_config("Mast.Caom.Filtered" if fields is OBSERVATION_FIELDS else "Mast.Caom.Products")
    told = {field.name: field.unit for field in fields if field.name in config and field.unit}
    ours = {"byte": "bytes"}
    for name, unit in told.items():
        sandbox_unit = str(config[name].get("unit", ""))
        assert unit in (sandbox_unit, ours.get(sandbox_unit)), name


@pytest.mark.parametrize(
    ("service", "columns"),
    [
        ("Mast.Caom.Filtered", CAOM_FILTERED),
        ("Mast.Caom.Filtered.Position", CAOM_POSITION),
        ("Mast.Caom.Cone", CAOM_CONE),
    ],
)
def test_answers_keep_the_order_of_each_service(
    asking: Asking, service: str, columns: tuple[str, ...]
) -> None:
    params = {"columns": "*", "filters": [], "position": "83.6, 22.0, 0.5", "ra": 83.6, "dec": 22.0}
    answer = asking.ask(service, params, pagesize=1)
    assert [field["name"] for field in answer["fields"]] == list(columns)
    assert all(list(row) == list(columns) for row in answer["data"])
