"""Exclusive files in a bundle: only for whom the archive gives them, and said with the programme."""

import pytest
from django.contrib.auth.models import User

from accounts import tokens
from basket.finishing import manifest_rows
from basket.handing_out import may_take
from basket.phases import Phase
from tests.archive import Sandbox
from tests.basket.make import bundle_of, completed, exclusive_basket, statuses

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_programme_one_may_not_read_is_told_with_its_pi(
    alice: User, sandbox: Sandbox, exclusive_programme: str
) -> None:
    bundle = completed(bundle_of(exclusive_basket(alice, exclusive_programme), alice))
    restricted = [row for row in manifest_rows(bundle) if row.status == "RESTRICTED"]
    assert restricted
    assert {row.access for row in restricted} == {"RESTRICTED"}
    assert f"Programme {exclusive_programme}" in restricted[0].reason
    assert "MyST" in restricted[0].reason
    assert bundle.phase == Phase.COMPLETED


def test_exclusive_files_go_only_to_whom_the_archive_gives_them(
    alice: User, bob: User, sandbox: Sandbox, exclusive_programme: str
) -> None:
    tokens.store(alice, "sandbox-token-alice")
    tokens.store(bob, "sandbox-token-bob")
    bundle = completed(bundle_of(exclusive_basket(alice, exclusive_programme), alice))
    assert statuses(bundle) == {"OK"}
    assert bundle.files.filter(access="RESTRICTED").exists()
    assert may_take(alice, bundle)
    assert not may_take(bob, bundle)
