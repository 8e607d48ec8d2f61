"""Owns what a running download of restricted bytes stands on: looked at again and again while it runs.

The database connection is taken for a look and given back: a long stream is a guest.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.access import id_of
from accounts.models import ArchiveToken
from mastportal.files import entitlement
from mastportal.files.entitlement import Reader
from mastportal.files.models import Access, StoredFile
from mastportal.files.store import give_back_connection


@dataclass(frozen=True, slots=True)
class Watch:
    """One person's download of restricted files: with which token it was admitted, to which scopes.

    `files` gives the restricted files anew; `still_visible` whether the person still sees what they take.
    """

    user: Reader
    token_made_at: datetime | None
    scopes: frozenset[str]
    files: Callable[[], Iterable[StoredFile]]
    still_visible: Callable[[], bool]

    def holds(self) -> bool:
        """Whether the next bytes may leave. A right that ran out is asked for again.

        Raises Unavailable or TimedOut where the archive must be asked and cannot be.
        """
        try:
            return self.still_visible() and (self._is_remembered() or self._is_given_again())
        finally:
            give_back_connection()

    def _is_remembered(self) -> bool:
        if self.token_made_at is None:
            return False
        return entitlement.scopes_remembered(self.user, self.scopes, self.token_made_at) == self.scopes

    def _is_given_again(self) -> bool:
        if self.token_made_at is None:
            return False
        same = ArchiveToken.objects.filter(
            user_id=id_of(self.user), user__is_active=True, created_at=self.token_made_at
        )
        return same.exists() and all(entitlement.check_many(self.user, self.files()).values())


def watch(
    user: Reader,
    admitted: Iterable[StoredFile],
    files: Callable[[], Iterable[StoredFile]],
    still_visible: Callable[[], bool] = lambda: True,
) -> Watch | None:
    """What to look at while `user` takes the files they were just admitted to; None where all are public."""
    scopes = frozenset(file.scope for file in admitted if file.access == Access.RESTRICTED)
    if not scopes:
        return None
    made_at = ArchiveToken.objects.filter(user_id=id_of(user)).values_list("created_at", flat=True).first()
    return Watch(user, made_at, scopes, files, still_visible)
