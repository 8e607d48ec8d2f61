"""The cURL script against an archive with faults, against the portal, and killed in the middle."""

import hashlib
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from accounts import keys
from basket import scripts
from basket.harvest import products_of
from basket.lines import contents_of
from basket.manifest import ManifestRow, as_html
from basket.models import Basket
from basket.script import Download, Origin, address_of, bash_script
from tests.archive import Sandbox
from tests.basket.test_manifest import MADE_AT, row
from tests.basket.test_script import FOLDER, PUBLIC_URI, Shell
from tests.waiting import wait_until

SECOND_URI = PUBLIC_URI.replace("_i2d.fits", "_cat.ecsv")
HOSTILE = "it's $(touch pwned) `touch pwned`; été\n-rf.fits"
FAULTS: dict[str, dict[str, Any]] = {
    "reset": {"fault": "reset", "after_bytes": 3000},
    "truncate": {"fault": "truncate", "after_bytes": 3000},
    "503": {"fault": "status", "status": 503},
    "429": {"fault": "status", "status": 429},
    "html": {"fault": "html"},
    "stall": {"fault": "stall", "after_bytes": 2000},
    "flip": {"fault": "flip", "after_bytes": 2000},
}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def files(sandbox: Sandbox) -> list[tuple[ManifestRow, str]]:
    """Two public files, one of them by a hostile name, and their checksums."""
    found = []
    for uri, path in ((PUBLIC_URI, "JWST/i2d/i2d.fits"), (SECOND_URI, f"JWST/cat/{HOSTILE}")):
        body = sandbox.body(uri)
        sha256 = hashlib.sha256(body).hexdigest()
        found.append((row(uri=uri, path=path, size=len(body), sha256=sha256), f"sha256:{sha256}"))
    return found


def text_of(files: list[tuple[ManifestRow, str]], portal_url: str = "http://127.0.0.1:1") -> str:
    downloads = [
        Download(each, address_of(settings.ARCHIVE_URL, each.uri, FOLDER), checksum)
        for each, checksum in files
    ]
    html = as_html(FOLDER, [each for each, _ in files], MADE_AT)
    return bash_script(FOLDER, html, downloads, settings.ARCHIVE_URL, Origin("archive", portal_url))


def all_right(shell: Shell, files: list[tuple[ManifestRow, str]]) -> bool:
    """Each file is here as the archive has it, and nothing else was made or run."""
    for each, _ in files:
        assert hashlib.sha256(shell.content(each.path)).hexdigest() == each.sha256, each.path
    made = [path for path in (shell.folder / FOLDER).rglob("*") if path.is_file()]
    assert len(made) == len(files) + 1
    assert not list(shell.folder.rglob("pwned"))
    return not (shell.folder / f"{FOLDER}.parts").exists() and not list(shell.private.iterdir())


@pytest.mark.parametrize("fault", FAULTS)
def test_what_goes_wrong_once_is_tried_again(
    shell: Shell, files: list[tuple[ManifestRow, str]], sandbox: Sandbox, fault: str
) -> None:
    sandbox.faults({"match": "Download/file", "times": 2, **FAULTS[fault]})
    done = shell.run(text_of(files), "--jobs", "2", STALL_S="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert all_right(shell, files)


@pytest.mark.parametrize("status", [500, 503])
def test_an_error_in_between_costs_nothing_of_what_came_before(
    shell: Shell, files: list[tuple[ManifestRow, str]], sandbox: Sandbox, status: int
) -> None:
    broken = {"match": "_i2d", "times": 1, "fault": "reset", "after_bytes": 3000}
    busy = {"match": "_i2d", "times": 2, "fault": "status", "status": status}
    sandbox.faults(broken, busy)
    since = sandbox.mark()
    done = shell.run(text_of(files))
    assert done.returncode == 0, done.stdout + done.stderr
    assert all_right(shell, files)
    asked = [entry["range"] for entry in sandbox.log(since) if entry["uri"] == PUBLIC_URI]
    assert asked == ["", *["bytes=3000-"] * 3], "the error's own body was not counted in"


def test_an_error_is_told_by_its_status(
    shell: Shell, files: list[tuple[ManifestRow, str]], sandbox: Sandbox
) -> None:
    sandbox.faults({"match": "_i2d", "times": 99, "fault": "status", "status": 500})
    done = shell.run(text_of(files))
    assert (done.returncode, "the server answered 500" in done.stdout) == (1, True)
    parts = list((shell.folder / f"{FOLDER}.parts").iterdir())
    assert not any(path.name == "1" for path in parts), "an error page is no beginning of a file"


def test_what_keeps_going_wrong_is_reported_at_the_end(
    shell: Shell, files: list[tuple[ManifestRow, str]], sandbox: Sandbox
) -> None:
    sandbox.faults({"match": "_i2d", "times": 99, "fault": "reset", "after_bytes": 100})
    done = shell.run(text_of(files))
    assert done.returncode == 1
    assert "1 of 2 files could not be fetched" in done.stdout
    assert shell.content(files[1][0].path)
    sandbox.clear()
    assert shell.run(text_of(files)).returncode == 0
    assert all_right(shell, files)


def test_another_content_than_the_one_known_is_not_taken(
    shell: Shell, files: list[tuple[ManifestRow, str]]
) -> None:
    (first, _), second = files
    done = shell.run(text_of([(first, "sha256:" + "0" * 64), second]))
    assert done.returncode == 1
    assert "sha256 checksum is not the one known" in done.stdout
    assert not (shell.folder / FOLDER / first.path).exists()


def test_an_md5_of_a_keyword_row_counts_too(
    shell: Shell, files: list[tuple[ManifestRow, str]], sandbox: Sandbox
) -> None:
    first = files[0][0]
    md5 = hashlib.md5(sandbox.body(first.uri)).hexdigest()
    assert shell.run(text_of([(first, f"md5:{md5}")])).returncode == 0
    assert shell.run(text_of([(first, f"md5:{'0' * 32}")]), "--new").returncode == 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["term", "kill"])
def test_killed_in_the_middle_it_goes_on_without_fetching_anything_twice(
    shell: Shell, files: list[tuple[ManifestRow, str]], sandbox: Sandbox, how: signal.Signals
) -> None:
    files.reverse()
    slow = {"match": "_i2d", "times": 1, "fault": "slow", "bytes_per_s": 20_000}
    sandbox.faults(slow)
    path = shell.folder / "script.sh"
    path.write_text(text_of(files))
    env = os.environ | {"TMPDIR": str(shell.private)}
    part = shell.folder / f"{FOLDER}.parts" / "2"
    with subprocess.Popen(
        ["bash", path], cwd=shell.folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        wait_until(lambda: part.exists() and part.stat().st_size > 1000)
        running.send_signal(how)
        assert running.wait(10) in (143, -9)
    sandbox.clear()
    since = sandbox.mark()
    assert shell.run(path.read_text()).returncode == 0
    asked = [(entry["uri"], bool(entry["range"])) for entry in sandbox.log(since)]
    assert asked == [(PUBLIC_URI, True)]
    if how == signal.SIGTERM:
        assert all_right(shell, files)


def test_it_does_not_run_twice_at_once(shell: Shell, files: list[tuple[ManifestRow, str]]) -> None:
    parts = shell.folder / f"{FOLDER}.parts"
    parts.mkdir()
    with subprocess.Popen(["bash", "-c", "sleep 30; exit # script.sh"]) as other:
        (parts / "running").write_text(str(other.pid))
        done = shell.run(text_of(files))
        other.kill()
    assert (done.returncode, "running already" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "words", [["--jobs", "0"], ["--jobs", "x"], ["--from", "mars"], ["--what"], ["--jobs"]]
)
def test_what_it_does_not_understand_it_says(
    shell: Shell, files: list[tuple[ManifestRow, str]], words: list[str]
) -> None:
    done = shell.run(text_of(files), *words)
    assert (done.returncode, bool(done.stderr)) == (2, True)
    assert not (shell.folder / FOLDER).exists()


def test_help_names_each_option(shell: Shell, files: list[tuple[ManifestRow, str]]) -> None:
    done = shell.run(text_of(files), "--help")
    assert done.returncode == 0
    for option in re.findall(r"^        (--[a-z-]+)\)", text_of(files), re.MULTILINE):
        assert option in done.stdout


def test_a_token_is_on_no_command_line(shell: Shell, sandbox: Sandbox, exclusive_uri: str) -> None:
    """A curl that writes down how it was called, and of which mode the file with the header was."""
    tools = shell.folder / "tools"
    tools.mkdir()
    spy = tools / "curl"
    spy.write_text(
        f'#!/bin/bash\n{{ printf "%s\\n" "$@"; env; stat -c %a {shell.private}/*/*; }} >>{tools}/said\n'
        'exec /usr/bin/env PATH="${PATH#*:}" curl "$@"\n'
    )
    spy.chmod(0o755)
    token = "sandbox-token-alice"
    size = len(sandbox.body(exclusive_uri, token))
    secret = row(uri=exclusive_uri, path="secret.fits", size=size, access="RESTRICTED")
    path = f"{tools}:{os.environ['PATH']}"
    done = shell.run(text_of([(secret, "")]), PATH=path, MAST_API_TOKEN=token)
    assert done.returncode == 0, done.stdout + done.stderr
    said = (tools / "said").read_text()
    assert token not in said
    assert said.splitlines()[-1] == "600"
    assert not list(shell.private.iterdir())


@pytest.mark.django_db(transaction=True)
def test_from_the_portal_the_archive_is_asked_once(
    shell: Shell, basket: Basket, alice: User, live_server: Any, sandbox: Sandbox
) -> None:
    """A second run takes everything from the group's store, with the API key from the environment."""
    listed = products_of(contents_of(basket)).table.to_pylist()
    uris = [one["dataURI"] for one in listed if one["suffix"] == "asn" and not one["needs_token"]][:2]
    basket.selection = {"preset": "none", "filters": "", "include": uris, "exclude": []}
    basket.save()
    name, text = scripts.script_of(basket, "portal")
    text = re.sub("^portal=.*$", f"portal={live_server.url}", text, flags=re.MULTILINE)
    text = text.replace("protocols='=https'", "protocols='=http,https'")
    folder = name.removesuffix(".sh")
    _, key = keys.make(alice, "script")
    done = shell.run(text, "--jobs", "3", MASTPORTAL_KEY=key)
    assert done.returncode == 0, done.stdout + done.stderr
    since = sandbox.mark()
    again = shell.run(text, "--new", MASTPORTAL_KEY=key)
    assert again.returncode == 0, again.stdout + again.stderr
    assert not [entry for entry in sandbox.log(since) if entry["method"] == "GET" and entry["uri"]]
    both = [
        sorted(path.name for path in (shell.folder / name).rglob("*_asn.json"))
        for name in (folder, f"{folder}-1")
    ]
    assert both[0] == both[1] != []
    assert "sha256:" in scripts.script_of(basket)[1], "known from the store now"
    assert key not in text + done.stdout + done.stderr
    assert shell.run(text, MASTPORTAL_KEY="mpk_wrong").returncode == 0, "all are here already"
    assert shell.run(text, "--new", MASTPORTAL_KEY="mpk_wrong").returncode == 1
