"""Who is told that a token ends, when, and how often."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from accounts import archive, token_warnings, tokens
from accounts.models import ArchiveToken
from mastportal.outbox.models import Delivery, Notice
from tests.accounts.token_days import DAY, GOOD, aged, resealed, told
from tests.archive import Sandbox

pytestmark = pytest.mark.django_db


def test_each_end_is_warned_of_once(alice: User, stored: ArchiveToken) -> None:
    assert token_warnings.warn() == 0
    aged(made=20, entered=15, used=8)
    assert (token_warnings.warn(), token_warnings.warn()) == (1, 0)
    assert told(alice)[0].startswith("Your MAST token ends on ")
    assert tokens.credential(alice) is not None
    assert token_warnings.warn() == 0, "it was used: that end is far again"
    ArchiveToken.objects.update(last_used_at=timezone.now() - 7.5 * DAY)
    assert token_warnings.warn() == 1, "another end of the same kind"
    aged(made=58, entered=50, used=1)
    ArchiveToken.objects.update(warned_of=timezone.now() - 30 * DAY)  # as it would be so much later
    assert (token_warnings.warn(), token_warnings.warn()) == (1, 0)
    assert len(told(alice)) == 3
    assert Delivery.objects.filter(person=alice, channel="mail").count() == 3
    assert not Notice.objects.filter(text__contains=GOOD).exists()


def test_who_did_not_say_the_day_is_asked_for_it_once(alice: User, sandbox: Sandbox) -> None:
    tokens.store(alice, GOOD)
    assert (token_warnings.warn(), token_warnings.warn()) == (1, 0)
    assert told(alice) == ["Your MAST token may end any day"]
    aged(made=None, entered=30, used=9)
    assert token_warnings.warn() == 1, "and of the idle days as well"


def test_a_new_token_has_warnings_of_its_own(alice: User, stored: ArchiveToken) -> None:
    aged(made=58, entered=50, used=1)
    assert token_warnings.warn() == 1
    tokens.store(alice, GOOD, made_on=archive.now().date() - 58 * DAY)
    assert token_warnings.warn() == 1
    assert len(told(alice)) == 2


def test_a_refused_token_is_not_warned_of(alice: User, stored: ArchiveToken) -> None:
    resealed("sandbox-token-expired", alice)
    tokens.recheck(alice)
    aged(made=58, entered=50, used=9)
    assert token_warnings.warn() == 0
