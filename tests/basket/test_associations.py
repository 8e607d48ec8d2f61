"""Association files, whatever is in them: read, bounded, and the newest generation of each chosen."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basket.pipeline.associations import (
    MOST_MEMBERS,
    Association,
    BadAssociation,
    Member,
    level_of,
    newest,
    read,
)
from basket.pipeline.levels import at_stage, calibrated, exposure_of, needed, setting_of

NAME = "jw02732-o004_20260410t015508_spec2_00313_asn.json"
EXPOSURE = "jw02732004001_02103_00001_mirifulong"


def body(*members: Any, name: str = "jw02732-o004_t005_miri", **more: Any) -> bytes:
    return json.dumps({"products": [{"name": name, "members": list(members)}], **more}).encode()


def member(name: Any, role: Any = "science") -> dict[str, Any]:
    return {"expname": name, "exptype": role, "exposerr": "null"}


def association(name: str, product: str, *members: tuple[str, str]) -> Association:
    return read(name, body(*(member(*each) for each in members), name=product))


def test_members_are_told_with_their_roles_each_once() -> None:
    told = read(
        NAME,
        body(
            member(f"{EXPOSURE}_rate.fits"),
            member("x_cat.ecsv", "sourcecat"),
            member("x_cat.ecsv", "sourcecat"),
        ),
    )
    assert told.members == (Member(f"{EXPOSURE}_rate.fits", "science"), Member("x_cat.ecsv", "sourcecat"))
    assert (told.level, told.candidate, told.kind, told.made) == (2, "o004", "spec2", "20260410t015508")


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "a/b.fits", "..", ".hidden", "-rf", "", "a\0b", "a\nb",
     "a\u202eb.fits", "x" * 100_000, "http://evil.example/x.fits", 7, None, ["a"], {"a": 1}],
    ids=range(16),
)  # fmt: skip
def test_what_names_no_file_is_left_out_and_counted(name: Any) -> None:
    told = read(NAME, body(member(name), member("good_rate.fits")))
    assert [each.name for each in told.members] == ["good_rate.fits"]
    assert told.strange == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON"),
        (b"<html>no</html>", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b'{"products":' * 100_000, "not JSON"),
        (b"[]", "names no products"),
        (b"{}", "names no products"),
        (b'{"products": "a"}', "names no products"),
        (b'{"products": []}', "names no products"),
        (b'{"products": [1]}', "no list of members"),
        (b'{"products": [{"members": 7}]}', "no list of members"),
        (b'{"products": [{"members": [' + b"1," * (MOST_MEMBERS + 1) + b"1]}]}", "more than 50,000"),
        (b" " * 16_000_001, "larger than 16 MB"),
    ],
    ids=range(13),
)
def test_what_cannot_be_followed_says_why(content: bytes, why: str) -> None:
    with pytest.raises(BadAssociation, match=why):
        read(NAME, content)


@given(
    st.recursive(
        st.none() | st.text(max_size=8) | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["products", "members", "expname", "name", "exptype"]), inner)
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(told: Any) -> None:
    try:
        found = read(NAME, json.dumps(told).encode())
    except BadAssociation:
        return
    assert all("/" not in each.name for each in found.members)


@pytest.mark.parametrize(
    ("name", "level"),
    [
        (NAME, 2),
        ("jw01386-c1020_20220918t123456_coron3_00002_asn.json", 3),
        ("jw01366-o002_20220918t123456_tso-spec2_00002_asn.json", 2),
        ("jw02732_20260410t015508_pool.csv", None),
        ("jw02732-o004_20260410t015508_dark_00313_asn.json", None),
        ("../jw02732-o004_20260410t015508_spec2_00313_asn.json", None),
    ],
)
def test_the_level_is_in_the_name(name: str, level: int | None) -> None:
    assert level_of(name) == level


def named(day: str, serial: int, kind: str = "spec2", candidate: str = "o004") -> str:
    return f"jw02732-{candidate}_{day}t015508_{kind}_{serial:05d}_asn.json"


def test_a_newer_generation_of_the_same_product_takes_the_older_ones_place() -> None:
    old = association(named("20250101", 9), "p", ("a_rate.fits", "science"))
    new = association(named("20260101", 1), "p", ("b_rate.fits", "science"))
    assert newest([old, new]) == ([new], [old])


def test_a_newer_name_of_another_product_rule_or_candidate_takes_nobodys_place() -> None:
    several = [
        association(named("20250101", 1), "p"),
        association(named("20260101", 1), "q"),
        association(named("20260102", 1, "image2"), "p"),
        association(named("20260103", 1, candidate="c1001"), "p"),
    ]
    assert newest(several)[1] == []


def test_one_that_makes_something_that_no_newer_one_makes_stays() -> None:
    both = {"products": [{"name": name, "members": []} for name in ("p", "q")]}
    old = read(named("20250101", 1), json.dumps(both).encode())
    new = association(named("20260101", 1), "p")
    assert newest([new, old]) == ([old, new], [])


@pytest.mark.parametrize(
    ("name", "role", "stage", "file"),
    [
        (f"{EXPOSURE}_cal.fits", "science", 3, f"{EXPOSURE}_cal.fits"),
        (f"{EXPOSURE}_cal.fits", "science", 2, f"{EXPOSURE}_rate.fits"),
        (f"{EXPOSURE}_cal.fits", "science", 1, f"{EXPOSURE}_uncal.fits"),
        (f"{EXPOSURE}_calints.fits", "psf", 2, f"{EXPOSURE}_rateints.fits"),
        (f"{EXPOSURE}_o004_crf.fits", "science", 1, f"{EXPOSURE}_uncal.fits"),
        (f"{EXPOSURE}_x1d.fits", "background", 2, f"{EXPOSURE}_rate.fits"),
        (f"{EXPOSURE}_rateints.fits", "imprint", 2, f"{EXPOSURE}_rateints.fits"),
        (f"{EXPOSURE}-seg001_mirimage_cal.fits", "science", 2, f"{EXPOSURE}-seg001_mirimage_cal.fits"),
        ("jw02732004001_02103_00001-seg002_mirimage_calints.fits", "science", 1,
         "jw02732004001_02103_00001-seg002_mirimage_uncal.fits"),
        (f"{EXPOSURE}_i2d.fits", "direct_image", 1, f"{EXPOSURE}_i2d.fits"),
        ("jw02736-o005_t006_niriss_clear-f115w_i2d.fits", "direct_image", 1,
         "jw02736-o005_t006_niriss_clear-f115w_i2d.fits"),
        ("jw02736-o005_t006_niriss_clear-f115w_cat.ecsv", "sourcecat", 2,
         "jw02736-o005_t006_niriss_clear-f115w_cat.ecsv"),
        ("anything.fits", "science", 1, "anything.fits"),
    ],
    ids=range(13),
)  # fmt: skip
def test_a_member_stands_at_the_level_that_a_stage_begins_with(
    name: str, role: str, stage: int, file: str
) -> None:
    assert at_stage(Member(name, role), stage, {}) == file


def test_level_2_says_whether_averages_or_integrations_are_taken() -> None:
    level2 = association(named("20260101", 1, "image2"), EXPOSURE, (f"{EXPOSURE}_rateints.fits", "science"))
    level3 = association(named("20260101", 1, "image3"), "p", (f"{EXPOSURE}_cal.fits", "science"))
    assert set(needed([level2, level3], 2)) == {f"{EXPOSURE}_rateints.fits"}
    assert set(needed([level2, level3], 3)) == {f"{EXPOSURE}_cal.fits"}
    assert calibrated([level2, level3]) == {EXPOSURE}


def test_exposures_are_known_by_name_and_share_references_by_setting() -> None:
    assert exposure_of(f"{EXPOSURE}_o004_crf.fits") == EXPOSURE
    assert exposure_of("jw02732-o004_t005_miri_ch1-shortmediumlong_s3d.fits") == ""
    assert setting_of(EXPOSURE) == "jw02732004001_02103 mirifulong"
