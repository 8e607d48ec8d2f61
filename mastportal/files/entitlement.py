"""Owns who may read restricted bytes: those whose own token the archive accepts for the programme, lately.

A right counts when, in the same check, the archive refuses the file to nobody in particular. It belongs to
one token: what was removed or replaced takes its rights along, and a refusal ends one at once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts import token_checks
from accounts.access import id_of
from accounts.archive import hurried, today_mjd
from accounts.audit import Event
from accounts.models import ArchiveToken, TokenState
from accounts.token_ends import LIFETIME
from accounts.vault import Opened
from mastportal.files import noting, right_checks, together
from mastportal.files.models import Access, ReadingRight, StoredFile
from mastportal.files.rights import Answer, ask_each
from mastportal.files.store import give_back_connection
from mastportal.mast.errors import Unavailable

Reader = User | AnonymousUser
GIVEN = (Answer.PUBLIC, Answer.ACCEPTED)
STILL_ASKING = (
    "Many of these files may just have become public, and MAST is still being asked; try again soon."
)


def may_read(user: Reader, file: StoredFile) -> bool:
    """Whether these bytes may be handed to `user` now.

    Raises Unavailable or TimedOut where the archive must be asked and cannot be.
    """
    return check_many(user, [file])[file.pk]


def check_many(user: Reader, files: Iterable[StoredFile]) -> dict[int, bool]:
    """`may_read` of each file by its id, asking the archive about once a programme, all at the same time.

    Not to be called inside a transaction: the database connection is given back while the archive is asked.
    """
    every = list(files)
    verdicts = {file.pk: file.access == Access.PUBLIC for file in every}
    restricted = [file for file in every if not verdicts[file.pk]]
    if restricted:
        verdicts |= _Check(user, restricted).verdicts()
    return verdicts


def may_have(user: Reader, file: StoredFile) -> bool:
    """`may_read` of one who takes the file now: past its release date it is asked for anonymously first.

    So it becomes public with the first success, also where only those who hold a right ask for it. The date
    only says when to ask: exclusive periods are extended, too.
    """
    dated = file.access == Access.RESTRICTED and file.release_mjd is not None
    return (dated and may_read(AnonymousUser(), file)) or may_read(user, file)


def withdraw(data_uri: str) -> None:
    """The archive refuses a product to nobody in particular: no version of it is public any more."""
    public = StoredFile.objects.filter(data_uri=data_uri, access=Access.PUBLIC)
    for pk in public.values_list("pk", flat=True):  # each by itself, so that nobody is locked up
        StoredFile.objects.filter(pk=pk).update(access=Access.RESTRICTED)


def remember(token: Opened, scopes: Collection[str]) -> None:
    """The archive has given files of these scopes to this token that it refuses to nobody in particular.

    Nothing is noted where the token was removed or replaced meanwhile. Counts from when it was opened.
    """
    if not scopes:
        return
    with transaction.atomic():
        row = _locked(token)
        if row is None:
            return
        told = {"token_made_at": token.made_at, "checked_at": token.opened_at}
        for scope in sorted(scopes):
            ReadingRight.objects.update_or_create(token_id=token.token_id, scope=scope, defaults=told)
        right_checks.note(token, scopes, opens=True)
        noting.learnt(Event.RIGHT_GRANTED, row.user, token.made_at, scopes)


def forget(token: Opened, scopes: Collection[str]) -> None:
    """The archive has refused files of these scopes to this token: what it said before is over."""
    if not scopes:
        return
    with transaction.atomic():
        rights = ReadingRight.objects.filter(token_id=token.token_id, token_made_at=token.made_at)
        rights.filter(scope__in=scopes).delete()
        row = _locked(token)
        if row is not None:
            right_checks.note(token, scopes, opens=False)
            noting.learnt(Event.RIGHT_REFUSED, row.user, token.made_at, scopes)


def _locked(token: Opened) -> ArchiveToken | None:
    """Its row, where it was neither removed nor replaced, until the transaction ends."""
    rows = ArchiveToken.objects.select_for_update(no_key=True, of=("self",)).select_related("user")
    return rows.filter(pk=token.token_id, created_at=token.made_at).first()


def scopes_remembered(user: Reader, scopes: Collection[str], made_at: datetime | None = None) -> set[str]:
    """Those of `scopes` that the person's present token opens and that need not be asked for again yet.

    With `made_at`, only if the present token is the one that was made then.
    """
    rights = ReadingRight.objects.filter(
        token__user_id=id_of(user),
        token__user__is_active=True,
        token__state=TokenState.VALID,
        token__created_at__gt=Now() - LIFETIME,
        token_made_at=F("token__created_at"),
        scope__in=scopes,
        checked_at__gt=Now() - timedelta(seconds=settings.ENTITLEMENT_TTL_S),
    )
    if made_at is not None:
        rights = rights.filter(token_made_at=made_at)
    return set(rights.values_list("scope", flat=True))


def _may_be_released(file: StoredFile) -> bool:
    return file.release_mjd is None or file.release_mjd <= today_mjd()


class _Check:
    """One check of restricted files for one person: what is remembered, then what the archive says."""

    def __init__(self, user: Reader, files: Iterable[StoredFile]) -> None:
        self._user = user
        self._files: dict[str, list[StoredFile]] = defaultdict(list)
        # Of each programme the file that is exclusive for longest is asked for first: it tells of a right.
        for file in sorted(files, key=lambda file: -(file.release_mjd or 0.0)):
            self._files[file.scope].append(file)
        self._answers: dict[int, Answer] = {}
        self._token: Opened | None = None

    def verdicts(self) -> dict[int, bool]:
        known = scopes_remembered(self._user, self._files.keys())
        unknown = {scope: files for scope, files in self._files.items() if scope not in known}
        if unknown:
            self._token = token_checks.ready(self._user)
            self._ask([file for files in unknown.values() for file in self._first(files)])
            self._ask([file for files in unknown.values() for file in self._others(files)])
        open_scopes = known | {scope for scope, files in unknown.items() if self._opens(files)}
        return {
            file.pk: self._answers.get(file.pk) in GIVEN or scope in open_scopes
            for scope, files in self._files.items()
            for file in files
        }

    def _first(self, files: list[StoredFile]) -> list[StoredFile]:
        return files[:1] if self._token is not None else self._others(files)

    def _others(self, files: list[StoredFile]) -> list[StoredFile]:
        """Those not asked for yet that may be public by now, or tell of a right where none has told."""
        if self._opens(files):
            return []
        told = self._token is None or Answer.REFUSED in self._heard(files)
        unasked = [file for file in files if file.pk not in self._answers]
        return [file for file in unasked if not told or _may_be_released(file)]

    def _heard(self, files: list[StoredFile]) -> set[Answer | None]:
        return {self._answers.get(file.pk) for file in files}

    def _opens(self, files: list[StoredFile]) -> bool:
        """Whether the archive gave the token what it refuses to others, and refused it nothing."""
        heard = self._heard(files)
        return Answer.ACCEPTED in heard and Answer.REFUSED not in heard

    def _ask(self, files: list[StoredFile]) -> None:
        credential = self._token.credential if self._token is not None else None
        asked = files[: settings.RIGHTS_AT_ONCE]
        give_back_connection()
        answers = ask_each(hurried(), [(file.data_uri, credential) for file in asked])
        self._answers |= {file.pk: answer for file, answer in zip(asked, answers, strict=True)}
        self._note(asked)
        if len(asked) < len(files):
            raise Unavailable(STILL_ASKING)

    def _note(self, asked: list[StoredFile]) -> None:
        public = [file for file in asked if self._answers[file.pk] is Answer.PUBLIC]
        for file in public:
            file.access = Access.PUBLIC
        if public:
            together.change((file.pk for file in public), access=Access.PUBLIC)
        if self._token is not None:
            scopes = {file.scope for file in asked}
            heard = {scope: self._heard(self._files[scope]) for scope in scopes}
            forget(self._token, {scope for scope in scopes if Answer.REFUSED in heard[scope]})
            remember(self._token, {scope for scope in scopes if self._opens(self._files[scope])})
