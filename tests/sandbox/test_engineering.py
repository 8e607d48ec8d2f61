"""Guide star and wavefront sensing files."""

import io
from itertools import pairwise

from astropy.io import fits

from mastportal.sandbox.engineering import wavefront_observation, wavefront_table
from mastportal.sandbox.holdings import Holdings

OPD = "mast:JWST/product/R2022071406-NRCA3_FP1-1.fits"


def test_sensing_is_every_other_day_with_both_apertures() -> None:
    table = wavefront_table()
    dates = table["date_obs_mjd"].to_pylist()
    assert {later - earlier for earlier, later in pairwise(dates)} == {2.0}
    assert set(table["apername"].to_pylist()) == {"NRCA3_FP1", "NRCA1_FP6"}
    assert set(table["ap_type"].to_pylist()) == {"OPD"}


def test_a_wavefront_map_has_its_extension(builtin: Holdings) -> None:
    product = builtin.product(OPD)
    assert product is not None
    with fits.open(io.BytesIO(product.read(0, product.size_bytes)), checksum=True) as hdus:
        assert hdus[1].name == "RESULT_PHASE"


def test_other_names_are_no_wavefront_maps() -> None:
    assert wavefront_observation("R2022071406-NRCB1-1.fits") is None


def test_a_wavefront_map_has_one_address(builtin: Holdings) -> None:
    assert builtin.product(OPD.replace("mast:JWST", "mast:HST")) is None


def test_guide_star_rows_spell_their_file_column(builtin: Holdings) -> None:
    table = builtin.keywords["guidestar"]
    assert "fileName" in table.column_names
    assert set(table["exp_type"].to_pylist()) == {"FGS_ID-IMAGE", "FGS_ACQ1", "FGS_ACQ2", "FGS_TRACK"}
