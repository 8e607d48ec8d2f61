"""The REST door to plots, over a search answered by the sandbox."""

import gzip

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from mastportal.search.plots.api import MEDIA_TYPE
from tests.tables.test_points import unpacked


def test_points_are_those_of_the_rows(api: APIClient, programme: str) -> None:
    rows = api.get(f"{programme}/rows?page_size=1000&f.calib_level=3").json()["rows"]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = api.get(f"{programme}/points?x=t_min&y=s_ra&colour=instrument_name&f.calib_level=3")
    assert len(queries) <= 6
    assert answer["Content-Type"] == MEDIA_TYPE
    header, arrays = unpacked(answer.content)
    drawn = [row for row in rows if row["t_min"] is not None and row["s_ra"] is not None]
    assert arrays["x"].tolist() == [row["t_min"] for row in drawn]
    assert arrays["y"].tolist() == [row["s_ra"] for row in drawn]
    labels = header["colour"]["labels"]
    assert [labels[code] for code in arrays["colour"]] == [row["instrument_name"] for row in drawn]
    assert header["without_value"] == len(rows) - len(drawn)
    number = int(arrays["row"][-1])
    found = api.get(f"{programme}/points/row?row={number}").json()
    assert found["key"] == drawn[-1]["obsid"]
    assert found["words"][0] == drawn[-1]["target_name"]
    assert api.get(f"{programme}/points/row", {"key": found["key"]}).json()["row"] == number


def test_they_travel_compressed(api: APIClient, programme: str) -> None:
    address = f"{programme}/points?x=t_min&end=t_max&lane=instrument_name"
    plain, small = api.get(address), api.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert small["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small["Vary"]
    assert gzip.decompress(small.content) == plain.content
    _, arrays = unpacked(plain.content)
    assert (arrays["end"] >= arrays["x"]).all()
    assert np.isfinite(arrays["x"]).all()


@pytest.mark.parametrize(
    ("asked", "status", "field"),
    [
        ("points", 400, "x"),
        ("points?x=t_min", 400, "y"),
        ("points?x=t_min&y=s_ra&lane=filters", 400, "y"),
        ("points?x=t_min&y=s_ra&log=z", 400, "log"),
        ("points?x=obs_title&y=s_ra", 400, "x"),
        ("points?x=t_min&y=s_ra&f.nothing=1", 400, "f.nothing"),
        ("points?x=%3Cscript%3E&y=s_ra", 400, "x"),
        ("points/row", 400, "row"),
        ("points/row?row=-1", 400, "row"),
        ("points/row?row=99999999", 404, None),
        ("points/row?row=9999999999999999999999", 400, "row"),
        ("points/row?key=%3Cb%3E", 404, None),
        ("points?x=t_min&y=s_ra&result=nonsense", 400, "result"),
    ],
)
def test_refusals_are_one_sentence(
    api: APIClient, programme: str, asked: str, status: int, field: str | None
) -> None:
    answer = api.get(f"{programme}/{asked}")
    error = answer.json()["error"]
    assert (answer.status_code, error.get("field")) == (status, field)
    assert error["message"].endswith((".", "?"))
