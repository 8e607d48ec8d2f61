"""`manage archive_check` against the sandbox, healthy and not."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from accounts import tokens
from tests.archive import Sandbox

pytestmark = pytest.mark.django_db


def check(*arguments: str) -> str:
    said = StringIO()
    call_command("archive_check", *arguments, stdout=said)
    return said.getvalue()


def test_a_healthy_archive(sandbox: Sandbox) -> None:
    said = check()
    assert sandbox.url in said
    assert "FAIL" not in said
    assert "byte ranges" in said


def test_a_person_s_token_is_tried_and_not_shown(sandbox: Sandbox, alice: User) -> None:
    tokens.store(alice, "sandbox-token-alice")
    said = check("--token-of", "alice")
    assert "alice" in said
    assert "sandbox-token-alice" not in said


def test_a_person_without_a_token(alice: User) -> None:
    with pytest.raises(CommandError, match="No MAST token is stored for alice"):
        check("--token-of", "alice")


def test_a_dead_archive_is_one_plain_sentence(sandbox: Sandbox) -> None:
    sandbox.faults({"match": ".*", "times": 1000, "fault": "status", "status": 503})
    with pytest.raises(CommandError, match="not as the portal needs"):
        check()
