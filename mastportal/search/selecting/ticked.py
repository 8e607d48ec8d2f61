"""Owns how a form says which rows are ticked, on its page and on others. Looks no row up."""

from django.http import QueryDict


def keys_ticked(params: QueryDict, name: str) -> list[str]:
    """The keys of ticked rows: of this page one by one, of others in one field `selected`, a line each."""
    others = params.get("selected", "").replace("\r\n", "\n").split("\n")
    return [*params.getlist(name), *filter(None, others)]
