"""What JWST and HST file names tell, against the naming rules and the recorded product lists."""

import csv
import gzip

import pytest

from mastportal.mast.naming import describe_file, describe_suffix, observation_id_of, parse_name

RATE = "jw93065002001_02101_00001_nrca1_rate.fits"
MOSAIC = "jw00689-o001_t001_nircam_clear-f356w_i2d.fits"


def told(name, *parts):
    found = parse_name(name)
    return tuple(getattr(found, part) for part in parts)


def test_an_exposure_tells_everything():
    parts = (
        "mission",
        "program",
        "observation",
        "visit",
        "instrument",
        "detector",
        "suffix",
        "stage",
        "level",
    )
    assert told(RATE, *parts) == ("JWST", "93065", "002", "001", "NIRCAM", "NRCA1", "rate", "2a", 2)
    assert told(RATE, "stem", "extension", "is_level3") == ("jw93065002001_02101_00001_nrca1", "fits", False)


def test_a_dash_after_the_programme_is_level_3():
    assert told(MOSAIC, "is_level3", "program", "observation", "stage", "level") == (
        True,
        "689",
        "001",
        "3",
        3,
    )
    assert told(MOSAIC, "instrument", "candidate") == ("NIRCAM", "o001")


@pytest.mark.parametrize(
    ("name", "stage", "level"),
    [
        ("jw02736001001_02101_00001_nrca1_uncal.fits", "1b", 1),
        ("jw02736001001_02101_00001_nrca1_cal.fits", "2b", 2),
        ("jw02736001001_02101_00001_nrca1_i2d.fits", "2b", 2),
        ("jw02736001001_02101_00001_nrca1_o001_crf.fits", "2c", 2),
        ("jw05224-o004_s000277193_nirspec_clear-prism_x1d.fits", "3", 3),
        ("jw05224004001_07101_00003_nrs2_x1d.fits", "2b", 2),
    ],
)
def test_suffixes_of_two_stages_are_told_apart(name, stage, level):
    assert told(name, "stage", "level") == (stage, level)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (RATE, "science"),
        ("jw02736001001_02101_00001_nrca1_cal.jpg", "preview"),
        ("jw05224-o004_s000277193_nirspec_clear-prism_x1d.png", "preview"),
        ("jw04426001001_gs-acq1_2023143042245_stream.fits", "guide star"),
        ("jw02609006001_gs-id_1_image_cal.fits", "guide star"),
        ("jw05224004001_01_msa.fits", "msa"),
        ("jw04426-o001_20230826t081942_spec3_00001_asn.json", "association"),
        ("jw01366-o002_20260413t135058_tso-spec2_00021_asn.json", "association"),
        ("jw04426_20230826t081942_pool.csv", "association"),
        ("jw02079-c1001_t001_nircam_clear-f200w_cat.ecsv", "catalogue"),
        ("jw02736-o001_t001_nircam_clear-f200w_segm.fits", "auxiliary"),
        ("o4g801090_spt.fits", "auxiliary"),
        ("README", ""),
    ],
)
def test_the_kind_of_file(name, kind):
    assert parse_name(name).kind == kind
    assert parse_name(name).is_preview is (kind == "preview")
    assert parse_name(name).is_guide_star is (kind == "guide star")


def test_segments_are_told():
    assert told("jw01189001001_02101_00001-seg002_nrs1_uncal.fits", "segment", "detector") == ("002", "NRS1")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("o4g801090_flt.fits", ("HST", "STIS", "flt", 2)),
        ("lbgu17qnq_rawtag_a.fits", ("HST", "COS", "rawtag_a", 1)),
        ("j8pu42010_drz.fits", ("HST", "ACS", "drz", 3)),
        ("hst_9453_02_acs_wfc_f606w_drz.fits", ("HST", "ACS", "drz", 3)),
    ],
)
def test_hubble_names(name, parts):
    assert told(name, "mission", "instrument", "suffix", "level") == parts


def test_a_strange_name_is_no_error():
    assert told("notes.TXT", "mission", "stem", "extension") == ("", "notes", "txt")
    assert parse_name("").name == ""


@pytest.mark.parametrize(
    ("text", "obs_id"),
    [
        ("jw02736001001_02101_00001_nrca1_cal.fits", "jw02736001001_02101_00001_nrca1"),
        ("jw02736001001_02101_00001_nrca1_cal", "jw02736001001_02101_00001_nrca1"),
        ("jw02736001001_02101_00001_nrca1", "jw02736001001_02101_00001_nrca1"),
        ("jw02736001001_02101_00001_nrca1_o001_crf.fits", "jw02736001001_02101_00001_nrca1"),
        (
            "mast:JWST/product/jw00689-o001_t001_nircam_clear-f356w_i2d.fits",
            "jw00689-o001_t001_nircam_clear-f356w",
        ),
        ("jw00689-o001_t001_nircam_clear-f356w", "jw00689-o001_t001_nircam_clear-f356w"),
        ("jw04426002001_xx101_00001_nirspec", "jw04426002001_xx101_00001_nirspec"),
        ("o4g801090_flt.fits", "o4g801090"),
        ("lbgu17qnq_rawtag_a.fits", "lbgu17qnq"),
        ("hst_9453_02_acs_wfc_f606w_drz.fits", "hst_9453_02_acs_wfc_f606w"),
        ("O6AU01MSQ", "O6AU01MSQ"),
        ("README.txt", "README.txt"),
    ],
)
def test_the_observation_a_name_belongs_to(text, obs_id):
    assert observation_id_of(text) == obs_id


def test_recorded_products_are_read_as_the_archive_does(shared):
    with gzip.open(shared / "mast/data/caom_products_verbatim.csv.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["productType"] == "SCIENCE"]
    assert len(rows) > 300
    for row in rows:
        found = parse_name(row["productFilename"])
        assert observation_id_of(row["productFilename"]).casefold() == row["obs_id"].casefold()
        assert not row["calib_level"] or found.level == float(row["calib_level"])


def test_recorded_guide_star_files_are_known(shared):
    with gzip.open(shared / "mast/data/caom_products_verbatim.csv.gz", "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        expected = row["productSubGroupDescription"].startswith("GS-")
        assert parse_name(row["productFilename"]).is_guide_star is expected


@pytest.mark.parametrize(
    ("suffix", "about"), [("uncal", "Raw"), ("X1D", "spectrum"), ("flt", "Calibrated"), ("nope", "")]
)
def test_suffixes_are_described(suffix, about):
    assert about in describe_suffix(suffix)
    assert bool(describe_suffix(suffix)) is bool(about)


def test_every_recorded_suffix_is_described(shared):
    with (shared / "mast/fields/jwst_suffixes.csv").open(encoding="utf-8") as lines:
        suffixes = {row["suffix"] for row in csv.DictReader(lines)} - {"<suffix>", "cal (guider)", "osf"}
    assert [suffix for suffix in suffixes if not describe_suffix(suffix)] == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (RATE, "Count rate image, mean of all integrations"),
        ("jw02736001001_02101_00001_nrca1_cal.jpg", "Preview of: calibrated exposure"),
        ("jw02609006001_gs-acq1_2022298033309_cal.fits", "Guide star: calibrated exposure"),
        ("jw04426001001_gs-acq1_2023143042245_stream.fits", "Guide star data stream"),
        ("README", ""),
    ],
)
def test_files_are_described(name, said):
    assert describe_file(name) == said
