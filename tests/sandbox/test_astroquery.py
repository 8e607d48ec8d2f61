"""The unmodified astroquery client does against the sandbox what its users do against MAST (dossier, 9.2)."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mastportal.sandbox.server import Server
from tests.sandbox.asking import Asking

SCRIPT = Path(__file__).with_name("astroquery_session.py")
HOSTS = "127.0.0.1,localhost"


@pytest.fixture(scope="module")
def done(
    running: Server, public_product: dict[str, Any], exclusive_product: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:  # fmt: skip
    """What every step returned, in one process of its own: astroquery reads its settings at import."""
    folder = tmp_path_factory.mktemp("astroquery")
    (folder / "astroquery.cfg").write_text(f"[mast]\nserver = {running.url}\n")
    asking = Asking(running.url)
    tokens = asking.http.get("/_sandbox/tokens").json()
    good = next(t["token"] for t in tokens if exclusive_product["proposal_id"] in t["programs"])
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")} | {
        "ASTROPY_CONFIG_DIR": str(folder), "ASTROPY_CACHE_DIR": str(folder), "GOOD_TOKEN": good,
        "HST_PROGRAM": hst_program(asking),
        "http_proxy": running.url, "no_proxy": HOSTS, "NO_PROXY": HOSTS,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }  # fmt: skip
    asking.http.close()
    command = [
        sys.executable,
        str(SCRIPT),
        str(folder),
        public_product["dataURI"],
        exclusive_product["dataURI"],
    ]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return json.loads((folder / "results.json").read_text())


def hst_program(asking: Asking) -> str:
    """A programme with executed HST observations."""
    rows = asking.observations("proposal_id,calib_level", obs_collection="HST")
    return next(row["proposal_id"] for row in rows if row["calib_level"] > 0)


def test_no_step_failed(done: dict[str, Any]) -> None:
    failed = {name: r["error"] for name, r in done.items() if isinstance(r, dict) and "error" in r}
    assert failed == {}
    assert done["version"] == "0.4.11"


def test_criteria_with_wildcard_and_separator(done: dict[str, Any], asking: Asking) -> None:
    expected = [
        row["obs_id"]
        for program in ("1073", "1176")
        for row in asking.observations(proposal_id=program, obs_collection="JWST")
        if row["instrument_name"].startswith("NIRCAM") and "F277W" in (row["filters"] or "").split(";")
    ]
    assert sorted(done["criteria"]["obs_id"]) == sorted(expected)
    assert expected


def test_column_order_of_a_filtered_answer(done: dict[str, Any]) -> None:
    columns = done["criteria"]["columns"]
    assert columns[:5] == ["dataproduct_type", "calib_level", "obs_collection", "obs_id", "target_name"]
    assert columns[-3:] == ["intentType", "obsid", "objID"]


def test_ranges(done: dict[str, Any]) -> None:
    assert done["numbers"]
    assert all(59700 <= value <= 59800 for value in done["numbers"])


def test_position(done: dict[str, Any]) -> None:
    assert done["at_position"]["columns"][-2:] == ["objID1", "distance"]
    assert 0 < done["at_position"]["rows"] <= done["counts"]["region"]
    assert all(0 <= distance <= 60 for distance in done["at_position"]["distance"])


def test_paging_brings_every_row_once(done: dict[str, Any]) -> None:
    pages = done["pages"]
    assert pages["rows"] == pages["distinct"] == pages["count"] > 100


def test_counts_agree_with_rows(done: dict[str, Any]) -> None:
    counts = done["counts"]
    assert counts["region"] == counts["rows"] > 0
    assert counts["object"] == counts["object rows"] > 0


def test_names_resolve_through_the_proxy(done: dict[str, Any]) -> None:
    assert done["resolved"] == pytest.approx([283.396, 33.029], abs=0.01)


def test_metadata(done: dict[str, Any]) -> None:
    observations, products = done["metadata"]
    assert {"intentType", "obs_collection", "s_ra", "obsid", "provenance_name"} <= set(observations)
    assert {"obsID", "dataURI", "size", "parent_obsid"} <= set(products)


def test_product_list(done: dict[str, Any]) -> None:
    listed = done["product_list"]
    assert listed["columns"][:2] == ["obsID", "obs_collection"]
    assert listed["parents"] == listed["asked"]
    assert listed["science"]
    assert all("_uncal" not in uri for uri in listed["science"])


def test_downloads_have_the_size_that_was_listed(done: dict[str, Any]) -> None:
    assert set(done["downloads"]["status"]) == {"COMPLETE"}
    assert done["downloads"]["sizes"] == done["downloads"]["said"]


def test_single_file(done: dict[str, Any], public_product: dict[str, Any]) -> None:
    assert done["one_file"] == {"answer": ["COMPLETE", None, None], "size": public_product["size"]}


def test_exclusive_file_without_login(done: dict[str, Any]) -> None:
    assert done["refused"]["status"] == "ERROR"
    assert "401" in done["refused"]["message"]


def test_login(done: dict[str, Any], exclusive_product: dict[str, Any]) -> None:
    assert done["bad_login"] == "LoginError"
    assert done["login"]["anonymous"] is True
    assert done["login"]["who"] in ("alice", "bob")
    assert (done["login"]["status"], done["login"]["size"]) == ("COMPLETE", exclusive_product["size"])
    assert done["login"]["after"] == "anonymous"


def test_keyword_service(done: dict[str, Any]) -> None:
    assert done["keywords"]["columns"] == ["filename", "dataURI", "expstart", "productLevel"]
    assert done["keywords"]["rows"] > 0


def test_missions(done: dict[str, Any]) -> None:
    assert {"HST", "JWST"} <= set(done["<lambda>"])


def test_mission_search(done: dict[str, Any], asking: Asking) -> None:
    found = done["mission_search"]
    program = hst_program(asking)
    executed = {
        row["obs_id"]
        for row in asking.observations(proposal_id=program, obs_collection="HST")
        if row["calib_level"] >= 0
    }
    assert set(found["ids"]) == executed
    assert {"sci_targname", "sci_ra", "sci_data_set_name"} <= set(found["columns"])
    assert (set(found["status"]), found["sizes"]) == ({"COMPLETE"}, found["said"])
    assert found["all"] == 57


def test_mission_search_by_position(done: dict[str, Any]) -> None:
    separations = done["mission_position"]["separations"]
    assert separations
    assert all(0 <= arcmin <= 2 for arcmin in separations)
    assert done["mission_position"]["instruments"] == ["MIRI"]


def test_curl_script_fetches_what_it_names(done: dict[str, Any], tmp_path: Path) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not on this machine")
    named = done["script"]
    ran = subprocess.run(
        ["bash", named["path"]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert ran.returncode == 0, ran.stderr
    (folder,) = tmp_path.glob("MAST_*")
    sizes = {path.name: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    assert "Total Files: 3" in (folder / "MANIFEST.HTML").read_text()
    assert {name: sizes[name] for name in named["files"]} == dict(
        zip(named["files"], named["sizes"], strict=True)
    )
