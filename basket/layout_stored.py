"""Owns how a bundle's stored layout is read: in parts, from the row that keeps it. Knows no rights."""

from typing import cast

from django.db.models import BinaryField, F
from django.db.models.functions import Length, Substr

from basket.archive import Layout, MemberChanged
from basket.models import Bundle
from mastportal.files.store import give_back_connection


def stored_layout(bundle: Bundle) -> Layout:
    """The layout of a complete bundle. A range reads only its own part of it, however many files there are.

    Raises ValueError when the row has none. Reading from it raises MemberChanged once it has expired.
    """
    rows = Bundle.objects.filter(pk=bundle.pk)

    def read_part(start: int, stop: int) -> bytes:
        part = Substr("plan", start + 1, stop - start, output_field=BinaryField())
        found = rows.values_list(part, flat=True).first()
        give_back_connection()
        if found is None:
            raise MemberChanged("The bundle was removed or expired while it was read.")
        return bytes(found)

    size = rows.values_list(Length(F("plan")), flat=True).first()
    if size is None:
        raise ValueError("this bundle has no layout")
    return Layout.in_parts(cast(int, size), bundle.etag, read_part)
