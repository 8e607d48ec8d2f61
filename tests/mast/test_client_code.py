"""The Python a question is shown as really runs, and finds the rows the portal finds."""

import json
import os
import subprocess
import sys

import pytest

from mastportal.mast.criteria import parse_question

QUESTIONS = [
    {"collection": "observations", "target": "283.396 33.029 r=1m"},
    {
        "collection": "observations",
        "target": "283.396 33.029 r=0.1",
        "criteria": {"instrument_name": "miri", "calib_level": [3]},
    },
    {
        "collection": "observations",
        "criteria": {"instrument_name": ["nircam", "niriss"], "proposal_id": ["1073", "1176"]},
    },
    {"collection": "observations", "criteria": {"mtFlag": True, "t_min": {"min": 59000}}},
    {"collection": "programs", "programs": "1176, 1073"},
    {
        "collection": "jwst-keywords",
        "instrument": "niriss",
        "criteria": {"exp_type": "NIS_WFSS", "date_obs_mjd": {"min": 59000}},
    },
]
RUN = """
import json, sys
lengths = []
for code in json.load(sys.stdin):
    names = {}
    exec(code, names)
    lengths.append(len(names.get("observations", names.get("files"))))
print(json.dumps(lengths))
"""


@pytest.fixture
def redirected(sandbox, tmp_path):
    """The environment in which an unchanged astroquery asks the sandbox."""
    (tmp_path / "astroquery.cfg").write_text(f"[mast]\nserver = {sandbox.url}\n")
    return os.environ | {"ASTROPY_CONFIG_DIR": str(tmp_path), "ASTROPY_CACHE_DIR": str(tmp_path)}


def test_the_shown_code_finds_the_same_rows(client, redirected):
    asked = [parse_question(question) for question in QUESTIONS]
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps([each.code() for each in asked]),
        env=redirected,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [client.count(each) for each in asked]
    assert all(json.loads(done.stdout))
