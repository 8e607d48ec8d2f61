"""Which spellings of a name are one name: VV191, VV-191, VV 191; no Django, no archive client.

Only letters, digits and plus signs count, and no capitals: blanks, hyphens, dots, underscores and stars are
what people spell differently. A plus stays, since J1032+50 and J1032-50 are places of two hemispheres.
"""

from collections.abc import Iterable


def folded_name(name: str) -> str:
    """What all spellings of a name share; a name of signs alone is only itself."""
    kept = "".join(sign for sign in name.casefold() if sign.isalnum() or sign == "+")
    return kept or name.casefold().strip()


def groups(names: Iterable[str]) -> dict[str, list[str]]:
    """The names by what their spellings share, in the order they come."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(folded_name(name), []).append(name)
    return found
