"""Owns that the rows of many stored files are changed together without locking each other up."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from mastportal.files.models import StoredFile
from mastportal.work import Phase


@transaction.atomic
def change(ids: Iterable[int], **changes: Any) -> set[int]:
    """Change those of the files that are here, and say which they are.

    Locked in one order first: people who take the same files at the same moment wait for each other.
    """
    here = StoredFile.objects.filter(pk__in=list(ids), phase=Phase.COMPLETED)
    found = set(here.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    StoredFile.objects.filter(pk__in=found).update(**changes)
    return found
