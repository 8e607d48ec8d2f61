"""A store that was moved: the same bytes are known at their new places, others are not handed out."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mastportal.files import store
from mastportal.files.models import StoredFile
from mastportal.files.reseating import Seat, reseat
from tests.files.running import stored

pytestmark = pytest.mark.django_db


def moved(folder: Path) -> None:
    """Copied elsewhere and back: other inodes, other times."""
    shutil.copytree(folder, folder.with_name("copy"))
    shutil.rmtree(folder)
    shutil.copytree(folder.with_name("copy"), folder, copy_function=shutil.copyfile)


def test_a_store_that_was_moved_is_handed_out_again(secret: list[dict[str, Any]], store_dir: Path) -> None:
    same, changed, gone = (stored(row, 5000) for row in secret[:3])
    moved(store_dir)
    with pytest.raises(store.StoredFileChanged):
        store.check(same)
    store.path_of(changed.key).write_bytes(bytes(5000))
    store.path_of(gone.key).unlink()
    assert reseat() == Counter({Seat.THERE: 1, Seat.OTHER: 1, Seat.MISSING: 1})
    store.check(StoredFile.objects.get(pk=same.pk))
    assert not store.path_of(changed.key).exists()
    for file in (changed, gone):
        with pytest.raises(store.StoredFileChanged):
            store.check(StoredFile.objects.get(pk=file.pk))
