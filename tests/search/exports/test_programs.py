"""The script and the notebook of a result, run with the real astroquery on the sandbox: the page's rows."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import nbclient
import nbformat
import pytest
from django.contrib.auth.models import User
from pytest_django.live_server_helper import LiveServer
from rest_framework.test import APIClient

from accounts import keys
from mastportal.search import from_files, results
from tests.archive import Sandbox
from tests.search.make import KEYWORDS, answered

HOSTILE = 'a"""\n\'); import os #\\ <img src=x> é 😀'
CONE = {"collection": "observations", "target": "m57 r=6m"}
# Each question, and what the address of its page asks of the table.
ASKED: list[tuple[dict[str, Any], dict[str, str]]] = [
    (CONE, {"sort": "-t_min,obsid", "columns": "obsid,target_name,t_min", "f.calib_level": "3"}),
    (CONE, {"sky": "circle 283.396 33.029 0.01", "not.instrument_name": "MIRI/IMAGE", "q": "m"}),
    (
        {"collection": "observations", "target": "283.396 33.029 r=3m"},
        {"null.filters": "0", "sort": "distance"},
    ),
    (
        {"collection": "programs", "programs": "1176, 1073"},
        {"like.filters": "f*w*", "min.t_exptime": "100", "sort": "filters,-obs_id"},
    ),
    (
        {
            "collection": "observations",
            "criteria": {"instrument_name": ["nircam", "niriss"], "filters": {"not": ["F444W"]}},
        },
        {"f.filters": "F150W", "max.t_min": "2023-12-31"},
    ),
    (
        KEYWORDS,
        {"like.filter": "GR150*", "sort": "-date_obs_mjd,filename", "columns": "filename,dataURI,exp_type"},
    ),
    (CONE, {"not.target_name": HOSTILE, "unlike.obs_id": f"*{HOSTILE}*"}),
]
RUN = """
import json, sys
found = []
for key, code in json.load(sys.stdin):
    names = {}
    exec(compile(code, "script", "exec"), names)
    found.append([str(each) for each in names["rows"][key]])
    print(names["shown"].colnames, file=sys.stderr)
json.dump(found, open(sys.argv[1], "w"))
"""


@pytest.fixture
def redirected(sandbox: Sandbox, tmp_path: Path) -> dict[str, str]:
    """The environment in which an unchanged astroquery asks the sandbox, as the docs tell people to."""
    (tmp_path / "astroquery.cfg").write_text(f"[mast]\nserver = {sandbox.url}\n")
    return os.environ | {"ASTROPY_CONFIG_DIR": str(tmp_path), "ASTROPY_CACHE_DIR": str(tmp_path)}


def page_keys(api: APIClient, address: str, query: dict[str, str], key: str) -> list[str]:
    rows: list[str] = []
    told: dict[str, Any] = {"matched": 1}
    while len(rows) < told["matched"]:
        wanted = query | {"page_size": "1000", "page": str(len(rows) // 1000 + 1), "columns": key}
        told = api.get(f"{address}/rows?{urlencode(wanted)}").json()
        rows += [row[key] for row in told["rows"]]
    return rows


def test_the_scripts_keep_the_rows_of_the_page(
    api: APIClient, alice: User, redirected: dict[str, str], tmp_path: Path
) -> None:
    programs, expected = [], []
    for question, query in ASKED:
        address = f"/api/v1/searches/{answered(question, alice).pk}"
        key = "filename" if question is KEYWORDS else "obsid"
        response = api.get(f"{address}/code?{urlencode(query)}")
        assert response.status_code == 200, response.content
        programs.append((key, response.content.decode()))
        expected.append(page_keys(api, address, query, key))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN, tmp_path / "found.json"],
        input=json.dumps(programs),
        env=redirected,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "found.json").read_text()) == expected
    assert [bool(keys) for keys in expected] == [True] * len(ASKED)
    assert done.stderr.splitlines()[0] == "['obsid', 'target_name', 't_min']"


def test_the_notebook_runs_and_shows_the_rows_of_the_page(
    api: APIClient, alice: User, redirected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ASTROPY_CONFIG_DIR", "ASTROPY_CACHE_DIR"):
        monkeypatch.setenv(name, redirected[name])
    question, query = ASKED[0]
    address = f"/api/v1/searches/{answered(question, alice).pk}"
    response = api.get(f"{address}/code?{urlencode(query | {'format': 'ipynb'})}")
    notebook = nbformat.reads(response.content.decode(), 4)
    nbformat.validate(notebook)
    notebook.cells.append(nbformat.v4.new_code_cell("print(*rows['obsid'])"))
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    assert notebook.cells[-1].outputs[0].text.split() == page_keys(api, address, query, "obsid")
    assert "every mission" in notebook.cells[0].source


@pytest.mark.long  # the product lists of a programme are asked for first
def test_a_search_that_joins_others_is_asked_of_the_portal(
    live_server: LiveServer, sandbox: Sandbox, alice: User, tmp_path: Path
) -> None:
    files = answered(KEYWORDS, alice)
    uri = results.open_table(files.current.pk).table["dataURI"][0].as_py()
    body = {"collection": "observations", "from_search": str(files.pk), "dataURI": [uri]}
    search = answered(from_files.prepared(body), alice)
    address = f"{live_server.url}/api/v1/searches/{search.pk}"
    key = keys.make(alice, "script")[1]
    asked = httpx.Client(headers={"Authorization": f"Token {key}"}, trust_env=False, timeout=30)
    with asked as portal:
        program = portal.get(f"{address}/code?sort=-obs_id&min.files_matched=1").text
        rows = portal.get(f"{address}/rows?sort=-obs_id&min.files_matched=1&columns=obsid&page_size=1000")
    expected = [row["obsid"] for row in rows.json()["rows"]]
    program = program.partition("# The products")[0] + "print(*rows['obsid'])"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env=os.environ | {"PORTAL_KEY": key},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].split() == expected
    assert expected


@pytest.mark.parametrize("format", ["py", "ipynb"])
def test_hostile_words_stay_comments_and_texts(api: APIClient, alice: User, format: str) -> None:
    search = answered({"collection": "programs", "programs": "1176"}, alice)
    search.words = f"{HOSTILE}\nraise SystemExit\x1b[31m\u2028raise SystemExit"
    search.save()
    query = urlencode({"f.target_name": HOSTILE, "format": format})
    text = api.get(f"/api/v1/searches/{search.pk}/code?{query}").content.decode()
    if format == "ipynb":
        first = json.loads(text)["cells"][0]["source"]
        assert "\\<img src=x\\>" in first
        assert "<img" not in first.replace("\\<img", "")
    else:
        compile(text, "script", "exec")
        assert not [line for line in text.splitlines() if line.lstrip().startswith(("raise", "');"))]


def test_an_unknown_program_is_refused(api: APIClient, alice: User) -> None:
    search = answered({"collection": "programs", "programs": "1176"}, alice)
    response = api.get(f"/api/v1/searches/{search.pk}/code?format=exe")
    assert (response.status_code, response.json()["error"]["field"]) == (400, "format")
