"""The seal: opens only for its person, with any of the keys, and always closes with the newest."""

import pytest
from cryptography.fernet import Fernet

from accounts.seal import Unreadable, open_seal, reseal, seal

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def _keys(settings):
    settings.TOKEN_KEYS = [OLD]


def test_a_seal_opens_for_its_person():
    assert open_seal(seal("clear-words", 7), 7)._reveal() == "clear-words"


def test_the_sealed_value_does_not_hold_the_clear_one():
    assert b"clear-words" not in seal("clear-words", 7)


def test_the_same_token_is_sealed_differently_each_time():
    assert seal("clear-words", 7) != seal("clear-words", 7)


def test_a_memoryview_as_the_database_gives_it_opens():
    assert open_seal(memoryview(seal("clear-words", 7)), 7)._reveal() == "clear-words"


def test_another_person_cannot_open_it():
    with pytest.raises(Unreadable, match="another person"):
        open_seal(seal("clear-words", 7), 8)


def test_an_older_key_still_opens(settings):
    sealed = seal("clear-words", 7)
    settings.TOKEN_KEYS = [NEW, OLD]
    assert open_seal(sealed, 7)._reveal() == "clear-words"


def test_a_lost_key_is_said(settings):
    sealed = seal("clear-words", 7)
    settings.TOKEN_KEYS = [NEW]
    with pytest.raises(Unreadable, match="none of the portal's keys"):
        open_seal(sealed, 7)


def test_resealing_needs_the_old_key_only_once(settings):
    sealed = seal("clear-words", 7)
    settings.TOKEN_KEYS = [NEW, OLD]
    sealed_again = reseal(sealed)
    settings.TOKEN_KEYS = [NEW]
    assert open_seal(sealed_again, 7)._reveal() == "clear-words"


def test_resealing_without_the_key_is_said(settings):
    sealed = seal("clear-words", 7)
    settings.TOKEN_KEYS = [NEW]
    with pytest.raises(Unreadable):
        reseal(sealed)


def test_a_damaged_seal_is_said():
    with pytest.raises(Unreadable):
        open_seal(seal("clear-words", 7)[:-4] + b"AAA=", 7)
