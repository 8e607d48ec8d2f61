"""Owns who may take a bundle's bytes away, and those bytes as a stream's body."""

from dataclasses import replace

from django.db.models import QuerySet

from accounts.access import Person
from basket import access
from basket.layout_stored import stored_layout
from basket.models import Bundle
from basket.phases import Access, Status
from mastportal.files import entitlement, noting, store
from mastportal.files.models import StoredFile
from mastportal.files.streaming import Body
from mastportal.files.watching import watch

CONTENT_TYPES = {Bundle.Format.ZIP.value: "application/zip", Bundle.Format.TAR.value: "application/x-tar"}


def may_take(user: Person, bundle: Bundle) -> bool:
    """Whether the archive lets `user` read every restricted file in the bundle, by their own token.

    Raises the archive's errors when it cannot be asked.
    """
    return all(entitlement.check_many(user, restricted_of(bundle)).values())


def body_for(user: Person, bundle: Bundle) -> Body | None:
    """The bundle's bytes for who may read every restricted file in it, None for who may not.

    While they stream, what `user` may is looked at again: token, rights, and that they still see the bundle.
    Raises the archive's errors when it cannot be asked.
    """
    files = list(restricted_of(bundle))
    if not all(entitlement.check_many(user, files).values()):
        return None
    watched = watch(
        user,
        files,
        files=lambda: restricted_of(bundle),
        still_visible=lambda: access.visible_bundles(user).filter(pk=bundle.pk).exists(),
    )
    if watched is None:
        return body_of(bundle)

    def served(size_bytes: int) -> None:
        noting.served(user, f"bundle {bundle.pk}", watched.scopes, size_bytes, bundle.group_id)

    return replace(body_of(bundle), still_allowed=watched.holds, served=served)


def restricted_of(bundle: Bundle) -> QuerySet[StoredFile]:
    """The files in the bundle that the archive does not give to everybody, as far as is known now."""
    inside = StoredFile.objects.filter(bundle_files__bundle_id=bundle.pk, bundle_files__status=Status.OK)
    asked = ("pk", "data_uri", "programme", "access", "release_mjd")
    return inside.filter(access=Access.RESTRICTED).only(*asked)


def body_of(bundle: Bundle) -> Body:
    """The archive itself: any range of it, from the stored files."""
    layout = stored_layout(bundle)
    return Body(
        name=bundle.file_name,
        content_type=CONTENT_TYPES[bundle.format],
        size_bytes=layout.size,
        etag=layout.etag,
        read=lambda start, stop: layout.read(start, stop, store.reader(layout.keys(start, stop))),
        last_modified=bundle.ended_at,
    )
