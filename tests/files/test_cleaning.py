"""Leftovers go; what a row knows and what is being written stays."""

import os
import time

import pytest

from mastportal.files import store
from mastportal.files.cleaning import clean
from mastportal.files.models import ReadingRight, StoredFile
from mastportal.files.tasks import clean as clean_task
from tests.files.conftest import obtain

pytestmark = pytest.mark.django_db
HOUR_S = 3600


def leave(name: str, age_s: float):
    path = store.place("aabb0000").with_name(name)
    path.write_bytes(b"left over")
    os.utime(path, (time.time() - age_s,) * 2)
    return path


@pytest.mark.parametrize("name", ["aabb0000.1f.part", "aabb1111"])
def test_old_leftovers_go_and_young_ones_stay(name):
    path = leave(name, HOUR_S / 2)
    assert (clean(), path.exists()) == (0, True)
    leave(name, 2 * HOUR_S)
    assert (clean(), path.exists()) == (1, False)


def test_stored_files_stay_however_old():
    path = leave("aabb2222", 999 * HOUR_S)
    StoredFile.objects.create(data_uri="mast:x/y", key="aabb2222")
    clean()
    assert path.exists()


def test_an_empty_store_is_clean(store_dir):
    clean_task()
    assert list(store_dir.rglob("*")) == []


def test_rights_are_forgotten_after_their_time(secret, alice_with_token, settings):
    obtain(secret[0], alice_with_token)
    clean()
    assert ReadingRight.objects.count() == 1
    settings.ENTITLEMENT_TTL_S = -1
    clean()
    assert ReadingRight.objects.count() == 0
