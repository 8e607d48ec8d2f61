"""Owns the search of listed products by file name, for files that come without their URI. Asks no archive."""

from collections.abc import Collection

from django.db.models import F, Func, TextField, Value

from mastportal.search.listed import Listing, key_of
from mastportal.search.models import ListedUri

_FACTS = list(Listing.__dataclass_fields__)


def by_names(names: Collection[str]) -> dict[str, list[Listing]]:
    """What was listed under these file names, by name; the missions' usual places first, the rest searched.

    The search reads the whole table once: ask for many names at a time.
    """
    usual = {f"mast:{mission}/product/{name}": name for name in names for mission in ("JWST", "HST")}
    rows = ListedUri.objects.filter(key__in=[key_of(uri) for uri in usual]).values(*_FACTS)
    found = [(usual[row["uri"]], row) for row in rows if row["uri"] in usual]
    others = set(names) - {name for name, _ in found}
    if others:
        name = Func(
            F("uri"), Value("^.*[/:]"), Value(""), function="regexp_replace", output_field=TextField()
        )
        elsewhere = ListedUri.objects.annotate(name=name).filter(name__in=others).values("name", *_FACTS)
        found += [(row.pop("name"), row) for row in elsewhere]
    named: dict[str, list[Listing]] = {}
    for told_name, row in found:
        named.setdefault(told_name, []).append(Listing(**row))
    return named
