"""The cURL script, the zip and the tar of several files."""

import io
import subprocess
import tarfile
import zipfile
from typing import Any

import httpx
import pytest

from tests.sandbox.asking import Asking


@pytest.fixture
def uris(asking: Asking, public_product: dict[str, Any]) -> list[str]:
    return [row["dataURI"] for row in asking.products(public_product["parent_obsid"])[:3]]


def bundle(asking: Asking, kind: str, uris: list[str], token: str = "") -> httpx.Response:
    headers = {"Authorization": f"token {token}"} if token else {}
    return asking.http.post(f"/api/v0.1/Download/bundle.{kind}", data={"uri": uris}, headers=headers)


def names_of(body: bytes, kind: str) -> dict[str, bytes]:
    if kind == "zip":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            assert archive.testzip() is None
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as archive:
        return {m.name: archive.extractfile(m).read() for m in archive.getmembers()}  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_archives_hold_the_files_and_the_manifest(asking: Asking, uris: list[str], kind: str) -> None:
    inside = names_of(bundle(asking, kind, uris).content, kind)
    (manifest,) = (name for name in inside if name.endswith("MANIFEST.HTML"))
    folder = manifest.split("/")[0]
    assert folder.startswith("MAST_2026-08-22T")
    for uri in uris:
        name = uri.rsplit("/", 1)[-1]
        path = f"{folder}/JWST/{name.rsplit('_', 1)[0]}/{name}"
        assert inside[path] == asking.file(uri).content


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "sh"])
def test_without_files(asking: Asking, kind: str) -> None:
    assert bundle(asking, kind, []).status_code == 400


def test_what_may_not_be_read_is_listed(
    asking: Asking, uris: list[str], exclusive_product: dict[str, Any]
) -> None:
    secret = exclusive_product["dataURI"]
    inside = names_of(bundle(asking, "zip", [*uris, secret, "mast:JWST/product/no_cal.fits"]).content, "zip")
    page = next(body for name, body in inside.items() if name.endswith("MANIFEST.HTML")).decode()
    assert f"<td>{secret}</td>" in page
    assert "NOT AUTHORIZED" in page
    assert "MISSING" in page
    assert not any(name.endswith(secret.rsplit("/", 1)[-1]) for name in inside)


def test_the_script_asks_for_a_token_only_where_needed(
    asking: Asking, uris: list[str], exclusive_product: dict[str, Any]
) -> None:
    public = bundle(asking, "sh", uris).text
    mixed = bundle(asking, "sh", [*uris, exclusive_product["dataURI"]]).text
    assert "MAST_API_TOKEN" not in public.split("type curl")[1]
    assert 'curl -H "Authorization: token $MAST_API_TOKEN"' in mixed
    for text in (public, mixed):
        assert subprocess.run(["bash", "-n"], input=text, text=True).returncode == 0


def test_one_click_download_of_an_observation(asking: Asking, public_product: dict[str, Any]) -> None:
    obsid = public_product["parent_obsid"]
    answer = asking.http.get("/api/v0.1/Download/bundle.zip", params={"previews": "false", "obsid": obsid})
    wanted = {
        row["productFilename"]
        for row in asking.products(obsid)
        if row["productGroupDescription"] == "Minimum Recommended Products"
    }
    inside = {name.rsplit("/", 1)[-1] for name in names_of(answer.content, "zip")}
    assert inside == wanted | {"MANIFEST.HTML"}


def test_partner_files_are_links(asking: Asking) -> None:
    text = bundle(asking, "sh", ["https://partner.example/a.fits"]).text
    assert "'https://partner.example/a.fits'" in text or "https://partner.example/a.fits\n" in text
    assert "<td>REMOTE</td>" in text
