"""The MAST token against the stand-in archive: accepted, refused, without scope, ageing, forgotten."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts import archive, tokens
from accounts.models import ArchiveToken
from mastportal.mast.errors import BadQuestion, Unavailable

GOOD = "sandbox-token-alice"


@pytest.fixture
def stored(alice, sandbox):
    tokens.store(alice, GOOD)
    return ArchiveToken.objects.get(user=alice)


def test_nothing_is_stored_at_first(alice):
    assert tokens.state(alice) == tokens.NONE
    assert tokens.credential(alice) is None


def test_nobody_has_no_token(db):
    assert tokens.state(AnonymousUser())["state"] == "none"
    assert tokens.credential(AnonymousUser()) is None


def test_an_accepted_token_is_kept(alice, sandbox):
    known = tokens.store(alice, f"  {GOOD}\n")
    assert known["stored"]
    assert (known["state"], known["owner"]) == ("valid", "alice")
    assert tokens.EXCLUSIVE_ACCESS in known["scopes"]
    assert known["last_used_at"] is None, "entering it is no use"


def test_what_is_handed_out_is_opaque_and_opens_for_the_archive(alice, stored):
    opened = tokens.credential(alice)
    assert GOOD not in repr(opened)
    assert opened._reveal() == GOOD
    assert archive.client(alice).whoami().owner == "alice"


def test_the_state_never_holds_the_token(alice, stored):
    assert GOOD not in repr(tokens.state(alice))


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("no-such-token", "does not accept"),
        ("sandbox-token-expired", "expired"),
        ("sandbox-token-noscope", "lacks the scope mast:exclusive_access"),
        ("two words", "not a MAST token"),
        ("line\nbreak: injected", "not a MAST token"),
        ("gänsefuß", "not a MAST token"),
        ("", "not a MAST token"),
        ("x" * 500, "not a MAST token"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(alice, sandbox, token, why):
    with pytest.raises(BadQuestion, match=why) as caught:
        tokens.store(alice, token)
    assert caught.value.field == "token"
    assert not ArchiveToken.objects.exists()


def test_a_refused_token_leaves_the_older_one(alice, stored):
    with pytest.raises(BadQuestion):
        tokens.store(alice, "no-such-token")
    assert tokens.credential(alice)._reveal() == GOOD


def test_a_better_token_takes_the_place_of_the_older(alice, stored):
    tokens.store(alice, "sandbox-token-bob", is_another_person=True)
    assert ArchiveToken.objects.count() == 1
    assert tokens.state(alice)["owner"] == "bob"


def test_an_archive_that_is_down_is_not_the_tokens_fault(alice, sandbox):
    sandbox.faults({"match": "/whoami", "times": 99, "fault": "status", "status": 503})
    with pytest.raises(Unavailable):
        tokens.store(alice, GOOD)
    assert not ArchiveToken.objects.exists()
    assert archive.status()["up"] is False


def test_tokens_are_never_shared_within_a_group(stored, bob):
    assert tokens.credential(bob) is None
    assert not tokens.state(bob)["stored"]


def test_a_sealed_row_moved_to_another_person_does_not_open(stored, bob, caplog):
    ArchiveToken.objects.update(user=bob)
    assert tokens.credential(bob) is None
    assert "another person" in caplog.text


def test_a_lost_key_is_logged_without_the_token(alice, stored, settings, caplog):
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    assert tokens.credential(alice) is None
    assert "cannot be used" in caplog.text
    assert GOOD not in caplog.text


def test_use_is_noted_but_not_each_time(alice, stored, django_assert_num_queries):
    ArchiveToken.objects.update(last_used_at=timezone.now() - timedelta(days=2))
    with django_assert_num_queries(2):
        tokens.credential(alice)
    with django_assert_num_queries(1):
        tokens.credential(alice)
    assert timezone.now() - tokens.state(alice)["last_used_at"] < timedelta(minutes=1)


def test_asking_again_keeps_what_the_archive_says(alice, stored):
    assert tokens.recheck(alice)["state"] == "valid"
    assert tokens.state(alice)["last_used_at"] is None, "a check is no use"
    ArchiveToken.objects.update(sealed=tokens.seal("sandbox-token-expired", alice.pk))
    assert tokens.recheck(alice)["state"] == "refused"
    ArchiveToken.objects.update(sealed=tokens.seal("sandbox-token-noscope", alice.pk))
    assert tokens.recheck(alice)["state"] == "missing-scope"


def test_asking_again_without_a_token(alice):
    assert tokens.recheck(alice) == tokens.NONE


def test_forgetting(alice, stored):
    assert tokens.forget(alice)
    assert not tokens.forget(alice)
    assert tokens.state(alice) == tokens.NONE


def test_rotation_seals_all_again(alice, stored, settings):
    new = Fernet.generate_key().decode()
    settings.TOKEN_KEYS = [new, *settings.TOKEN_KEYS]
    assert tokens.rotate() == (1, 0)
    settings.TOKEN_KEYS = [new]
    assert tokens.credential(alice)._reveal() == GOOD


def test_rotation_leaves_what_it_cannot_open(alice, stored, settings):
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    assert tokens.rotate() == (0, 1)
    stored.refresh_from_db()
    assert stored.sealed
