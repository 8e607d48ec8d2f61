"""Exclusive files laid out in the lab's folder: only for whom their token opens, and only theirs to enter."""

import os
import pwd
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from accounts import tokens
from basket import lines
from basket.models import Basket, Bundle, Staging
from basket.phases import Phase
from basket.ways import laying_out, staging
from tests.archive import Sandbox
from tests.basket.make import bundle_of, completed, only
from tests.basket.test_api import error
from tests.basket.ways.staged import inside, laid_out, modes
from tests.people import client_of

pytestmark = pytest.mark.django_db(transaction=True)


def secret(alice: User, uri: str) -> Bundle:
    """A bundle of Alice's with a file that only her token opens."""
    tokens.store(alice, "sandbox-token-alice")
    basket = Basket.objects.create(name="Secret", owner=alice, group=alice.memberships.get().group)
    lines.add_files(basket, [{"dataURI": uri}], alice)
    return completed(bundle_of(only(basket, ""), alice))


@pytest.fixture
def known_as(alice: User, settings: Any) -> Callable[[str], User]:
    """Private folders go to the system account of the person's name, and Alice's is this one."""

    def named(account: str) -> User:
        settings.STAGING_OWNER = "person"
        alice.username = account
        alice.save()
        return alice

    return named


def test_exclusive_files_lie_where_nobody_else_looks(
    alice: User, bob: User, lab: Path, exclusive_uri: str, sandbox: Sandbox
) -> None:
    bundle = secret(alice, exclusive_uri)
    known = laid_out(bundle, alice)
    assert (known.phase, known.is_private) == (Phase.COMPLETED, True)
    assert modes(lab / "alice" / known.place) == {0o700, 0o400}
    answer = client_of(bob).post(f"/api/v1/bundles/{bundle.pk}/staging")
    assert error(answer)[0] == 403
    tokens.forget(alice)
    other = Staging.objects.create(bundle=bundle, owner=alice, person="alice", place="later")
    staging.lay_out(other.pk)
    other.refresh_from_db()
    assert (other.phase, "your token" in other.error) == (Phase.ERROR, True)
    assert not (lab / "alice" / "later").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to another account")
def test_exclusive_files_belong_to_the_account_of_the_persons_name(
    known_as: Callable[[str], User], lab: Path, exclusive_uri: str, sandbox: Sandbox
) -> None:
    nobody = known_as("nobody")
    known = laid_out(secret(nobody, exclusive_uri), nobody)
    assert known.phase == Phase.COMPLETED, known.error
    top = lab / "nobody" / known.place
    assert {path.stat().st_uid for path in (top, *top.rglob("*"))} == {pwd.getpwnam("nobody").pw_uid}
    assert modes(top) == {0o700, 0o400}
    staging.take_away(known)
    staging.clear()
    assert list(inside(lab)) == []


def test_exclusive_files_of_a_person_without_an_account_are_laid_out_for_nobody(
    known_as: Callable[[str], User], lab: Path, exclusive_uri: str, sandbox: Sandbox
) -> None:
    person = known_as("has-no-account")
    known = laid_out(secret(person, exclusive_uri), person)
    assert (known.phase, known.error) == (Phase.ERROR, laying_out.NO_ACCOUNT.format("has-no-account"))
    assert list(inside(lab)) == []


def test_a_right_that_goes_while_files_are_laid_out_hands_nothing_over(
    alice: User, lab: Path, exclusive_uri: str, sandbox: Sandbox
) -> None:
    bundle = secret(alice, exclusive_uri)
    asked = []

    def removed_meanwhile(execute: Any, sql: str, *rest: Any) -> Any:
        if 'FROM "basket_bundlefile" LEFT OUTER JOIN' in sql and not asked:
            asked.append(sql)
            tokens.forget(alice)
        return execute(sql, *rest)

    with connection.execute_wrapper(removed_meanwhile):
        known = laid_out(bundle, alice)
    assert asked
    assert (known.phase, "your token" in known.error) == (Phase.ERROR, True)
    assert list(inside(lab / "alice")) == []
