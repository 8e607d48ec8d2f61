"""Many people take the same stored files at the same moment."""

import random
import threading

import pytest
from django.db import connection
from django.db.models.functions import Now

from mastportal.files import needs, together
from mastportal.files.models import StoredFile
from mastportal.work import Phase

FILES, PEOPLE, TIMES = 300, 6, 15


@pytest.mark.django_db(transaction=True)
def test_nobody_locks_anybody_up() -> None:
    wanted = [StoredFile(data_uri=f"mast:{n}", phase=Phase.COMPLETED, key=f"{n:032x}") for n in range(FILES)]
    ids = [file.pk for file in StoredFile.objects.bulk_create(wanted)]
    went_wrong: list[Exception] = []

    def take(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(TIMES):
                some = chance.sample(ids, FILES // 2)
                assert needs.keep_for_now(some) == set(some)
                assert together.change(some, checked_at=Now()) == set(some)
        except Exception as error:
            went_wrong.append(error)
        finally:
            connection.close()

    people = [threading.Thread(target=take, args=(seed,)) for seed in range(PEOPLE)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert not went_wrong
