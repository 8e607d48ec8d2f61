"""API keys: random, kept as a hash, found by it, revoked."""

from datetime import timedelta

from django.utils import timezone

from accounts import keys
from accounts.models import ApiToken


def test_a_key_begins_as_the_contract_says_and_is_not_kept(alice):
    row, key = keys.make(alice, "laptop")
    assert key.startswith("mpk_")
    assert len(key) > 40
    assert key not in "".join(str(value) for value in ApiToken.objects.filter(pk=row.pk).values()[0].values())


def test_two_keys_differ(alice):
    assert keys.make(alice, "one")[1] != keys.make(alice, "two")[1]


def test_a_key_finds_its_owner(alice, bob):
    _, key = keys.make(alice, "laptop")
    keys.make(bob, "laptop")
    assert keys.owner_of(key) == alice


def test_wrong_keys_find_nobody(alice):
    _, key = keys.make(alice, "laptop")
    assert keys.owner_of(key[:-1]) is None
    assert keys.owner_of("") is None
    assert keys.owner_of(key.removeprefix("mpk_")) is None


def test_a_switched_off_person_is_nobody(alice):
    _, key = keys.make(alice, "laptop")
    alice.is_active = False
    alice.save()
    assert keys.owner_of(key) is None


def test_use_is_noted_at_most_once_a_minute(alice, django_assert_num_queries):
    _, key = keys.make(alice, "laptop")
    with django_assert_num_queries(2):
        keys.owner_of(key)
    with django_assert_num_queries(1):
        keys.owner_of(key)
    assert timezone.now() - ApiToken.objects.get().last_used_at < timedelta(minutes=1)


def test_only_the_owner_removes_a_key(alice, bob):
    row, key = keys.make(alice, "laptop")
    assert not keys.remove(bob, row.pk)
    assert keys.remove(alice, row.pk)
    assert keys.owner_of(key) is None


def test_own_keys_newest_first(alice, bob):
    keys.make(bob, "theirs")
    keys.make(alice, "old")
    keys.make(alice, "new")
    assert [row.name for row in keys.of(alice)] == ["new", "old"]
