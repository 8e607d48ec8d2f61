"""Owns how stored files become public: from their day on, once the archive gives them to everybody.

The date only says when to ask: exclusive periods are extended, too.
"""

from collections.abc import Iterator
from itertools import islice

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache

from accounts.archive import today_mjd
from mastportal.files import entitlement
from mastportal.files.models import Access, StoredFile
from mastportal.mast.errors import ArchiveError
from mastportal.work import Phase

MOST_AT_ONCE = 200
# What the archive still refused is asked for again after so long.
ASKED_AGAIN_S = 6 * 3600


def unlock() -> int:
    """Ask for files whose day has come, without a token; how many are public now.

    An archive that is away is asked the next time.
    """
    files = list(islice(_due(), MOST_AT_ONCE))
    try:
        verdicts = entitlement.check_many(AnonymousUser(), files)
    except ArchiveError:
        cache.delete_many([_key(file) for file in files])
        return 0
    return sum(verdicts.values())


def _due() -> Iterator[StoredFile]:
    """Those whose day has come and that were not asked for lately; each is noted as asked for."""
    kept = StoredFile.objects.filter(access=Access.RESTRICTED, phase=Phase.COMPLETED)
    for file in kept.filter(release_mjd__lte=today_mjd()).order_by("-release_mjd", "pk").iterator(1000):
        if cache.add(_key(file), True, timeout=ASKED_AGAIN_S):
            yield file


def _key(file: StoredFile) -> str:
    return f"unlock-{file.pk}"
