"""Names to positions."""

import pyarrow as pa
import pytest

from mastportal.sandbox.names import Names, catalogue, fold_name
from mastportal.sandbox.observation import SCHEMA
from tests.sandbox.holding_tables import OBSERVATION


@pytest.mark.parametrize(
    "spellings",
    [
        ("M57", "m 57", "M 057", "messier 57", "m057"),
        ("NGC6720", "ngc 6720", "NGC-6720"),
        ("VV191", "VV-191", "VV 191", "vv191"),
        ("Ring Nebula", "ring  nebula", "RINGNEBULA"),
    ],
)
def test_spellings_of_one_name(spellings: tuple[str, ...]) -> None:
    assert len({fold_name(spelling) for spelling in spellings}) == 1


def test_signs_are_no_hyphens() -> None:
    assert fold_name("BD+19 706") != fold_name("BD-19 706")
    assert fold_name("WD 0310-688") != fold_name("WD 0310688")


@pytest.mark.parametrize(
    ("name", "ra_deg", "dec_deg"),
    [
        ("m57", 283.396, 33.029),
        ("NGC 6720", 283.396, 33.029),
        ("M83", 204.254, -29.865),
        ("Ring Nebula", 283.396, 33.029),
        ("IC 342", 56.702, 68.096),
    ],
)
def test_the_catalogue_s_positions(name: str, ra_deg: float, dec_deg: float) -> None:
    position = catalogue()[fold_name(name)]
    assert position.ra_deg == pytest.approx(ra_deg, abs=0.01)
    assert position.dec_deg == pytest.approx(dec_deg, abs=0.01)


def test_the_radius_is_half_the_major_axis() -> None:
    assert catalogue()["m83"].radius_deg == pytest.approx(13.61 / 120)


@pytest.mark.parametrize("name", ["jupiter", "titan", "saturn-rings", "epimetheus", "no such thing"])
def test_the_solar_system_is_unknown(name: str) -> None:
    assert fold_name(name) not in names_of(mtFlag=True, target_name=name.upper())


def names_of(**changes: object) -> Names:
    row = {field.name: {**OBSERVATION, **changes}.get(field.name) for field in SCHEMA}
    return Names.of_targets(pa.Table.from_pylist([row], schema=SCHEMA))


def test_fixed_targets_are_known() -> None:
    position = names_of()[fold_name("vv 191")]
    assert (position.ra_deg, position.radius_deg, position.canonical) == (207.0926, None, "VV-191")


def test_the_catalogue_goes_before_targets() -> None:
    assert names_of(target_name="M57", s_ra=1.0)["m57"].canonical == "NGC6720"


def test_a_target_called_unknown_is_no_name() -> None:
    assert "unknown" not in names_of(target_name="UNKNOWN")


def test_all_names_are_counted_once() -> None:
    names = names_of()
    assert len(names) == len(list(names)) == len(catalogue()) + 1
