"""Previews."""

import io

import pytest
from PIL import Image

from mastportal.sandbox.bodies import body_of
from tests.sandbox.holding_tables import facts

STEM = "jw01176341001_02101_00001_nrca1"


@pytest.mark.parametrize(
    "name", [f"{STEM}_{n}_cal.jpg" for n in range(8)] + [f"{STEM}_{n}_x1d.png" for n in range(8)]
)
@pytest.mark.parametrize("version", [0, 2])
def test_previews_open_as_pictures_of_the_promised_size(name: str, version: int) -> None:
    body = body_of(facts(name, version=version))
    content = body.read(0, body.size_bytes + 1)
    assert len(content) == body.size_bytes
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        assert picture.format == ("JPEG" if name.endswith("jpg") else "PNG")


def test_media_types() -> None:
    assert body_of(facts(f"{STEM}_cal.jpg")).media_type == "image/jpeg"
    assert body_of(facts(f"{STEM}_x1d.png")).media_type == "image/png"


def test_a_picture_is_not_empty() -> None:
    body = body_of(facts(f"{STEM}_cal.jpg"))
    with Image.open(io.BytesIO(body.read(0, body.size_bytes))) as picture:
        darkest, brightest = picture.getextrema()
    assert brightest - darkest > 100


def test_reprocessing_changes_picture_and_size() -> None:
    first, second = (body_of(facts(f"{STEM}_cal.jpg", version=n)) for n in (0, 1))
    assert first.size_bytes != second.size_bytes
    assert first.read(0, 10**6) != second.read(0, 10**6)
