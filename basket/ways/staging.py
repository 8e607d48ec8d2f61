"""Owns the life of a staging: asked for, laid out by a worker, taken away when its time is over.

The folder itself is `laying_out`'s. Never enqueues.
"""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Now
from django.utils import timezone

from accounts.access import Person
from basket.finishing import manifests_of
from basket.handing_out import may_take, restricted_of
from basket.member_names import safe_path
from basket.models import Bundle, Staging
from basket.phases import Phase, Status
from basket.ways.laying_out import CannotStage, Folder
from mastportal.files import noting
from mastportal.files.models import StoredFile
from mastportal.mast.errors import ArchiveError
from mastportal.work import UNFINISHED, Lease, LeaseLost, due

NOT_YOURS = "This bundle holds exclusive files that MAST does not give to your token; make your own."
ROWS_AT_ONCE = 100
TRIED_AGAIN_AFTER = timedelta(hours=1)


class NotOffered(Exception):
    """This portal has no folder for staging."""


class NotStaged(Exception):
    """The bundle cannot be laid out; the text says why in a sentence."""


def is_offered() -> bool:
    return bool(settings.STAGING_DIR)


def of(bundle: Bundle, user: Person) -> Staging | None:
    """The person's own staging of a bundle: under way, there, or as it failed."""
    return _shown().filter(bundle_id=bundle.pk, owner_id=user.pk).first()


def address_of(staging: Staging) -> str:
    """Where its folder is, or will be."""
    return str(Path(settings.STAGING_DIR) / staging.person / staging.place)


def _shown() -> QuerySet[Staging]:
    return Staging.objects.exclude(phase=Phase.ABORTED)


@transaction.atomic
def request(bundle: Bundle, user: User) -> Staging:
    """Have a complete bundle laid out in the person's folder; the same one while it is there or on its way.

    The caller has asked `may_take`. Raises NotOffered, NotStaged.
    """
    if not is_offered():
        raise NotOffered("This portal has no folder into which bundles could be laid out.")
    if not bundle.is_ready:
        raise NotStaged("Only a complete bundle that is still kept can be laid out in the lab's folder.")
    # One request of a person at a time: two would take the same free place.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
    known = of(bundle, user)
    if known is not None and known.phase != Phase.ERROR:
        return known
    if known is not None:
        take_away(known)
    inside = StoredFile.objects.filter(bundle_files__bundle_id=bundle.pk, bundle_files__status=Status.OK)
    return Staging.objects.create(
        bundle=bundle,
        owner=user,
        person=person_of(user),
        place=_free_place(bundle, user),
        is_private=restricted_of(bundle).exists(),
        files_total=inside.count(),
        bytes_total=inside.aggregate(sum=Sum("size_bytes"))["sum"] or 0,
    )


def person_of(user: User) -> str:
    """The name of a person's folder; one that had to be changed to be safe is told from others by number."""
    name = user.get_username()
    safe = safe_path(name.replace("/", "_"))
    return safe if safe == name and not name.startswith(".") else f"{safe.lstrip('.') or '_'}-{user.pk}"


def _free_place(bundle: Bundle, user: User) -> str:
    taken = set(Staging.objects.filter(person=person_of(user)).values_list("place", flat=True))
    names = (f"{bundle.folder}{f'-{n}' if n > 1 else ''}" for n in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def lay_out(staging_id: int) -> None:
    """Claim a staging and do it. Harmless when repeated, or when another worker has it."""
    lease = Lease.claim(Staging, staging_id)
    if lease is None:
        return
    staging = Staging.objects.select_related("bundle", "owner").get(pk=staging_id)
    try:
        with lease.held():
            _lay_out(staging, lease)
    except LeaseLost:  # stopped, or taken over
        return
    except (CannotStage, NotStaged, ArchiveError) as error:
        lease.fail(str(error), "staging")
    else:
        keep = timezone.now() + timedelta(seconds=settings.STAGING_KEEP_S)
        lease.finish(files_done=staging.files_total, bytes_done=staging.bytes_total, expires_at=keep)


def _lay_out(staging: Staging, lease: Lease) -> None:
    bundle, owner = staging.bundle, staging.owner
    if bundle is None or owner is None or not bundle.is_ready:
        raise NotStaged("The bundle was removed before its files were laid out.")
    if not may_take(owner, bundle):
        raise NotStaged(NOT_YOURS)
    if not staging.is_private and restricted_of(bundle).exists():  # it was public when this was asked for
        staging.is_private = True
        lease.renew(is_private=True)
    folder = Folder(staging.person, staging.place, staging.is_private, lease.renew)
    with folder.being_made(mark=f"{staging.pk}-{lease.token.hex}") as made:
        files = bundle.files.filter(status=Status.OK).select_related("stored_file").order_by("n")
        for file in files.iterator(500):
            assert file.stored_file is not None
            made.file(file.path, file.stored_file)
        for manifest in manifests_of(bundle):
            assert isinstance(manifest.content, bytes)
            made.text(manifest.path.removeprefix(f"{bundle.folder}/"), manifest.content)
        if not may_take(owner, bundle):  # that may have taken hours
            raise NotStaged(NOT_YOURS)
    scopes = {file.scope for file in restricted_of(bundle)}
    if scopes:
        noting.served(owner, f"staging of bundle {bundle.pk}", scopes, staging.bytes_total, bundle.group_id)


def take_away(staging: Staging) -> None:
    """Stop a staging, or have what it laid out removed by the next `clear`."""
    freed = {"lease_token": None, "lease_until": None}
    Staging.objects.filter(pk=staging.pk).update(phase=Phase.ABORTED, ended_at=Now(), **freed)


def clear() -> None:
    """Remove the folders of stagings that were taken away, failed a while ago, or whose time is over."""
    if not is_offered():
        return
    over = Q(phase=Phase.ABORTED) | Q(phase=Phase.COMPLETED, expires_at__lt=Now())
    forgotten = Q(phase=Phase.ERROR, ended_at__lt=Now() - timedelta(seconds=settings.STAGING_KEEP_S))
    tried_lately = Q(lease_until__gt=Now())
    for staging in Staging.objects.filter(over | forgotten).exclude(tried_lately)[:ROWS_AT_ONCE]:
        if Folder(staging.person, staging.place, staging.is_private).remove(f"{staging.pk}-"):
            staging.delete()
        else:
            Staging.objects.filter(pk=staging.pk).update(lease_until=Now() + TRIED_AGAIN_AFTER)


def overdue() -> list[int]:
    """Stagings whose message got lost or whose worker died, to be queued again."""
    return due(Staging)


def is_under_way(staging: Staging) -> bool:
    return staging.phase in UNFINISHED
