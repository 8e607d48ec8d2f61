"""Names to positions, as the Mashup's `Mast.Name.Lookup` and as astroquery's own resolver address."""

from collections.abc import Iterable

from .holdings import Holdings, fold_name


def resolve(holdings: Holdings, names: Iterable[str], resolver: str = "") -> dict[str, object]:
    """The resolver's answer: nothing in it for a name that is not known.

    `searchString` is the lower-cased question, which astroquery matches on; declination is `decl`.
    A named resolver (NED, SIMBAD) answers under its own name.
    """
    found = [_coordinate(holdings, name, resolver) for name in names]
    return {"resolvedCoordinate": [each for each in found if each], "status": ""}


def _coordinate(holdings: Holdings, name: str, resolver: str) -> dict[str, object] | None:
    position = holdings.names.get(fold_name(name))
    if position is None:
        return None
    known: dict[str, object] = {
        "searchString": name.lower(),
        "resolver": resolver.upper() or position.resolver,
        "cached": True,
        "resolverTime": 3,
        "cacheDate": "Jan 5, 2026, 9:00:00 AM",
        "searchRadius": -1.0,
        "canonicalName": position.canonical,
        "ra": position.ra_deg,
        "decl": position.dec_deg,
    }
    if position.radius_deg is not None:
        known |= {
            "radius": position.radius_deg,
            "majorAxis": 2 * position.radius_deg,
            "minorAxis": 2 * position.radius_deg,
        }
    return known | {"objectType": position.object_type}
