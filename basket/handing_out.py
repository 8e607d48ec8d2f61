"""Owns who may take a bundle's bytes away, and those bytes as a stream's body."""

from accounts.access import Person
from basket.archive import Layout
from basket.models import Bundle
from basket.phases import Access, Status
from mastportal.files import entitlement, store
from mastportal.files.models import StoredFile
from mastportal.files.streaming import Body

CONTENT_TYPES = {Bundle.Format.ZIP.value: "application/zip", Bundle.Format.TAR.value: "application/x-tar"}


def may_take(user: Person, bundle: Bundle) -> bool:
    """Whether the archive lets `user` read every restricted file in the bundle, by their own token.

    Raises the archive's errors when it cannot be asked.
    """
    inside = StoredFile.objects.filter(bundle_files__bundle_id=bundle.pk, bundle_files__status=Status.OK)
    restricted = inside.filter(access=Access.RESTRICTED)
    return all(entitlement.check_many(user, restricted).values())


def body_of(bundle: Bundle) -> Body:
    """The archive itself: any range of it, from the stored files."""
    stored = Bundle.objects.values_list("plan", flat=True).get(pk=bundle.pk)
    layout = Layout.from_bytes(bytes(stored or b""))
    return Body(
        name=bundle.file_name,
        content_type=CONTENT_TYPES[bundle.format],
        size_bytes=layout.size,
        etag=layout.etag,
        read=lambda start, stop: layout.read(start, stop, store.reader(layout.keys(start, stop))),
        last_modified=bundle.ended_at,
    )
