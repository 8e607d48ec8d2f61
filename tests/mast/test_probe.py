"""The polite look at an archive: a line for each thing the portal needs, good or bad."""

import pytest

from mastportal.mast.connection import Credential
from mastportal.mast.probe import archive_check
from tests.mast.question_server import hurried


def lines_of(archive, token=None):
    found = archive_check(archive, Credential(token) if token else None)
    return {line.what: line for line in found}


def test_a_good_archive_passes_everything(archive):
    lines = lines_of(archive, "sandbox-token-alice")
    assert [line.what for line in lines.values() if not line.ok] == []
    assert list(lines) == [
        "name resolver",
        "count",
        "product list",
        "small file",
        "byte ranges",
        "entity tag",
        "clock",
        "token",
    ]
    assert "belongs to alice" in str(lines["token"])


def test_it_asks_little(sandbox, archive):
    since = sandbox.mark()
    list(archive_check(archive))
    assert len(sandbox.log(since)) <= 12


def test_a_token_the_archive_does_not_know_is_said(archive):
    line = lines_of(archive, "sandbox-token-expired")["token"]
    assert str(line) == "FAIL token: the archive does not know this token"


def test_a_dead_archive_is_one_line():
    lines = list(archive_check(hurried("http://127.0.0.1:9")))
    assert [str(line).split(":")[0] for line in lines] == ["FAIL name resolver"]


@pytest.mark.parametrize(("match", "failed"), [("Download/file", {"small file"}), ("whoami", set())])
def test_one_failed_step_does_not_end_the_look(sandbox, archive, match, failed):
    sandbox.faults({"match": match, "fault": "status", "status": 404, "times": 1})
    lines = lines_of(archive)
    assert {line.what for line in lines.values() if not line.ok} == failed
    assert "clock" in lines
