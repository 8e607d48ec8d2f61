"""The cURL script: its text, shellcheck's opinion of it, and what it does against the sandbox."""

import hashlib
import os
import subprocess
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from basket.manifest import ManifestRow, as_html
from basket.script import Download, address_of, bash_script
from tests.archive import Sandbox
from tests.basket.test_manifest import MADE_AT, row

FOLDER = "MAST_2026-11-23T0102"
MAST = "https://mast.stsci.edu"


def script(*rows: ManifestRow, archive_url: str = MAST) -> str:
    downloads = [Download(each, address_of(archive_url, each.uri, FOLDER)) for each in rows]
    return bash_script(FOLDER, as_html(FOLDER, rows, MADE_AT), downloads, archive_url)


def exclusive(**fields: object) -> ManifestRow:
    return row(
        uri="mast:JWST/product/secret_cal.fits",
        path="JWST/secret/secret_cal.fits",
        access="RESTRICTED",
        **fields,
    )


def test_a_file_is_fetched_from_the_archives_own_address() -> None:
    text = script(row())
    assert f"'{MAST}/api/v0.1/Download/file?bundle_name={FOLDER}.sh&uri=mast:JWST/product/a_cal.fits'" in text
    for option in ("--globoff", "--continue-at -", "--proto"):
        assert option in text


def test_nothing_is_used_that_curl_7_58_lacks() -> None:
    """Its --fail leaves no headers of an error behind, so that nobody would know how long to wait."""
    said = [line for line in script(row(), exclusive()).splitlines() if not line.lstrip().startswith("#")]
    for option in ("--fail", "--retry-all-errors", "--parallel"):
        assert not [line for line in said if option in line]


def test_only_exclusive_files_make_it_ask_for_a_token() -> None:
    for sign in ("MAST_API_TOKEN:-", "MAST token, or Enter"):
        assert sign in script(row(), exclusive())
        assert sign not in script(row())


def test_the_token_goes_to_exclusive_files_only() -> None:
    text = script(row(), exclusive())
    assert text.count("fetch exclusive ") == 1
    assert text.count("fetch public ") == 1


def test_a_partners_file_comes_from_the_partner() -> None:
    text = script(row(uri="https://partner.example/a.fits", status="REMOTE", access="RESTRICTED"))
    assert "fetch partner" in text
    assert text.count(" https://partner.example/a.fits\n") == 1


def test_over_https_nothing_falls_back_to_http() -> None:
    assert "protocols='=https'\n" in script(row())
    assert "protocols='=http,https'\n" in script(row(), archive_url="http://127.0.0.1:1")


@pytest.mark.parametrize(
    "name", ["it's; rm -rf ~ #_cal.fits", "$(touch x)_cal.fits", "a b\nEND_OF_MANIFEST\nc"]
)
def test_hostile_names_stay_names(name: str, tmp_path: Path) -> None:
    path = tmp_path / "script.sh"
    path.write_text(script(row(path=f"JWST/a/{name}", uri=f"mast:JWST/product/{name}", description=name)))
    subprocess.run(["bash", "-n", path], check=True)
    done = subprocess.run(["shellcheck", "-s", "bash", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_a_folder_of_odd_letters_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot name a folder"):
        bash_script("a b", "", [], MAST)


def test_shellcheck_has_nothing_to_say(tmp_path: Path) -> None:
    path = tmp_path / "script.sh"
    path.write_text(script(row(), exclusive(), row(size=None, path="b")))
    done = subprocess.run(["shellcheck", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


PUBLIC_URI = "mast:JWST/product/jw01176-o211_t012_nircam_clear-f090w_i2d.fits"


def etag_of(uri: str) -> str:
    """What tells the sandbox's version of a file."""
    address = f"{settings.ARCHIVE_URL}/api/v0.1/Download/file"
    return str(httpx.head(address, params={"uri": uri}, trust_env=False).headers["ETag"])


class Shell:
    """Runs a script in a folder of its own, without asking anybody."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.private = folder, folder / "private"
        self.private.mkdir()

    def left_over(self, row: ManifestRow, content: bytes, etag: str = "") -> None:
        """What a broken run leaves of the first file: its bytes and the headers they came with."""
        part = self.folder / f"{FOLDER}.parts" / "1"
        part.parent.mkdir()
        part.write_bytes(content)
        if etag:
            part.with_name("1.head").write_text(f"HTTP/1.1 200 OK\r\nETag: {etag}\r\n\r\n")

    def run(
        self, text: str, *arguments: str, answer: str = "", **env: str
    ) -> subprocess.CompletedProcess[str]:
        path = self.folder / "script.sh"
        path.write_text(text)
        command = ["bash", str(path), *arguments]
        known = {name: value for name, value in os.environ.items() if name != "MAST_API_TOKEN"}
        known |= {"RETRY_PAUSE_S": "0", "TMPDIR": str(self.private)} | env
        return subprocess.run(
            command, cwd=self.folder, env=known, input=answer, capture_output=True, text=True
        )

    def content(self, path: str, folder: str = FOLDER) -> bytes:
        return (self.folder / folder / path).read_bytes()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def listed(sandbox: Sandbox) -> ManifestRow:
    """A public file as the sandbox has it."""
    body = sandbox.body(PUBLIC_URI)
    return row(
        uri=PUBLIC_URI, path="JWST/i2d/i2d.fits", size=len(body), sha256=hashlib.sha256(body).hexdigest()
    )


def test_it_fetches_the_files_and_writes_the_manifest(shell: Shell, listed: ManifestRow) -> None:
    done = shell.run(script(listed, archive_url=settings.ARCHIVE_URL))
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256(shell.content(listed.path)).hexdigest() == listed.sha256
    assert b"Manifest for File" in shell.content("MANIFEST.HTML")
    assert not (shell.folder / f"{FOLDER}.parts").exists()
    assert not list(shell.private.iterdir())


def test_started_again_it_fetches_nothing_twice(shell: Shell, listed: ManifestRow, sandbox: Sandbox) -> None:
    text = script(listed, archive_url=settings.ARCHIVE_URL)
    shell.run(text)
    since = sandbox.mark()
    done = shell.run(text)
    assert (done.returncode, sandbox.log(since)) == (0, [])
    assert "here already" in done.stdout


def test_told_so_it_makes_a_new_folder(shell: Shell, listed: ManifestRow) -> None:
    text = script(listed, archive_url=settings.ARCHIVE_URL)
    shell.run(text)
    shell.run(text, "--new")
    assert shell.content(listed.path, f"{FOLDER}-1") == shell.content(listed.path)


def test_it_goes_on_with_what_came_before_a_break(
    shell: Shell, listed: ManifestRow, sandbox: Sandbox
) -> None:
    shell.left_over(listed, sandbox.body(PUBLIC_URI)[:5000], etag_of(PUBLIC_URI))
    since = sandbox.mark()
    done = shell.run(script(listed, archive_url=settings.ARCHIVE_URL))
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256(shell.content(listed.path)).hexdigest() == listed.sha256
    assert [entry["range"] for entry in sandbox.log(since)] == ["bytes=5000-"]


@pytest.mark.parametrize("etag", ["", '"another"', 'W/"weak"'])
@pytest.mark.parametrize("more", [-10, 10])
def test_what_is_not_proved_to_be_the_same_file_is_begun_again(
    shell: Shell, listed: ManifestRow, sandbox: Sandbox, etag: str, more: int
) -> None:
    shell.left_over(listed, b"x" * ((listed.size or 0) + more), etag)
    assert shell.run(script(listed, archive_url=settings.ARCHIVE_URL)).returncode == 0
    assert hashlib.sha256(shell.content(listed.path)).hexdigest() == listed.sha256


def test_a_file_that_fails_does_not_stop_the_others(shell: Shell, listed: ManifestRow) -> None:
    missing = row(uri="mast:JWST/product/jw00000-none.fits", path="none.fits", size=5)
    done = shell.run(script(missing, listed, archive_url=settings.ARCHIVE_URL))
    assert done.returncode == 1
    assert "1 of 2 files could not be fetched" in done.stdout
    assert shell.content(listed.path)


@pytest.fixture
def secret(sandbox: Sandbox, exclusive_uri: str) -> ManifestRow:
    body = sandbox.body(exclusive_uri, token="sandbox-token-alice")
    return row(uri=exclusive_uri, path="secret.fits", size=len(body), access="RESTRICTED")


@pytest.mark.parametrize("how", ["argument", "environment", "prompt"])
def test_the_token_is_taken_and_never_shown(shell: Shell, secret: ManifestRow, how: str) -> None:
    token = "sandbox-token-alice"
    arguments = [token] if how == "argument" else []
    env = {"MAST_API_TOKEN": token} if how == "environment" else {}
    answer = f"{token}\n" if how == "prompt" else ""
    text = script(secret, archive_url=settings.ARCHIVE_URL)
    done = shell.run(text, *arguments, answer=answer, **env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(shell.content("secret.fits")) == secret.size
    assert token not in text + done.stdout + done.stderr


def test_without_a_token_an_exclusive_file_is_not_fetched(shell: Shell, secret: ManifestRow) -> None:
    done = shell.run(script(secret, archive_url=settings.ARCHIVE_URL), answer="\n")
    assert done.returncode == 1
    assert "NOT FETCHED" in done.stdout


def test_public_files_are_asked_for_without_the_token(
    shell: Shell, listed: ManifestRow, secret: ManifestRow, sandbox: Sandbox
) -> None:
    since = sandbox.mark()
    shell.run(script(listed, secret, archive_url=settings.ARCHIVE_URL), "sandbox-token-alice")
    assert {entry["uri"]: entry["who"] for entry in sandbox.log(since)} == {
        PUBLIC_URI: "",
        secret.uri: "alice",
    }
