"""The cURL script and a server that puts it off: how long it waits, of whom, and for what it does not."""

import os
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from basket.manifest import ManifestRow, as_html
from basket.script import Download, Origin, address_of, bash_script
from tests.archive import Sandbox
from tests.basket.test_manifest import MADE_AT, row
from tests.basket.test_script import FOLDER, PUBLIC_URI, Shell

SECOND_URI = PUBLIC_URI.replace("_i2d.fits", "_cat.ecsv")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def files(sandbox: Sandbox) -> list[ManifestRow]:
    """Two public files as the sandbox has them."""
    paths = {PUBLIC_URI: "i2d.fits", SECOND_URI: "cat.ecsv"}
    return [row(uri=uri, path=path, size=len(sandbox.body(uri))) for uri, path in paths.items()]


def text_of(*files: ManifestRow) -> str:
    """The script for these; the sandbox stands in for a portal, of which it knows no address."""
    downloads = [Download(each, address_of(settings.ARCHIVE_URL, each.uri, FOLDER)) for each in files]
    html = as_html(FOLDER, files, MADE_AT)
    origin = Origin("archive", settings.ARCHIVE_URL)
    return bash_script(FOLDER, html, downloads, settings.ARCHIVE_URL, origin)


def tool(shell: Shell, name: str, text: str) -> str:
    """A PATH on which a program of ours comes first."""
    path = shell.folder / "tools" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/bash\n{text}\n")
    path.chmod(0o755)
    return f"{path.parent}:{os.environ['PATH']}"


def test_a_server_that_asks_to_wait_is_waited_for(
    shell: Shell, files: list[ManifestRow], sandbox: Sandbox
) -> None:
    """More often than a file that goes wrong is tried, and as long as it says, but not for ever."""
    path = tool(shell, "sleep", f'echo "$@" >>{shell.folder}/slept')
    busy = {"match": "_i2d", "fault": "status", "status": 503, "retry_after_s": 7}
    sandbox.faults(busy | {"times": 6})
    done = shell.run(text_of(*files), PATH=path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (shell.folder / "slept").read_text().split().count("7") == 6
    sandbox.faults(busy | {"times": 99})
    done = shell.run(text_of(*files), "--new", PATH=path, PATIENCE_S="0")
    assert (done.returncode, "1 of 2 files could not be fetched" in done.stdout) == (1, True)


def from_portal(shell: Shell, uri: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run for one exclusive file."""
    secret = row(uri=uri, path="secret.fits", access="RESTRICTED")
    text = text_of(secret)
    return shell.run(text, "--from", "portal", MASTPORTAL_KEY="mpk_x", **env)


def test_a_portal_that_is_refused_a_file_is_not_asked_again(shell: Shell, sandbox: Sandbox) -> None:
    sandbox.faults({"match": "products/download", "times": 99, "fault": "status", "status": 502})
    since = sandbox.mark()
    done = from_portal(shell, PUBLIC_URI)
    assert (done.returncode, "your account at the portal needs a MAST token" in done.stdout) == (1, True)
    assert len(sandbox.log(since)) == 1


def test_a_portal_that_still_gets_a_file_is_asked_again(shell: Shell, sandbox: Sandbox) -> None:
    """It sends nothing before it has the file, however large that is."""
    tool(shell, "sleep", "exit 0")
    silent = (
        'echo "curl: (28) Operation too slow. Less than 256 bytes/sec transferred the last 60 seconds" >&2'
    )
    path = tool(
        shell,
        "curl",
        f"echo x >>{shell.folder}/asked\n"
        f"if (($(wc -l <{shell.folder}/asked) < 7)); then {silent}; exit 28; fi\n"
        'exec /usr/bin/env PATH="${PATH#*:}" curl "$@"',
    )
    done = from_portal(shell, PUBLIC_URI, PATH=path)
    assert "the server does not have it (404)" in done.stdout
    assert (shell.folder / "asked").read_text().split() == ["x"] * 7


def test_another_scripts_failures_are_not_told(shell: Shell, files: list[ManifestRow]) -> None:
    """Two scripts of one minute go into one folder."""
    parts = shell.folder / f"{FOLDER}.parts"
    parts.mkdir()
    (parts / "9.failed").write_text("another file: gone\n")
    assert shell.run(text_of(*files)).returncode == 0
