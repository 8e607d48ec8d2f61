"""Owns addresses that carry a whole question, with the state of its table. Knows no requests; asks nobody."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from django.urls import reverse

from mastportal.search.form_address import PARTS, params_of

# Mail programs and chats break longer ones, and web servers refuse twice of it.
LONGEST = 2_000
# Of a snapshot in this portal, which another one does not know.
_NOT_CARRIED = {"result", "row", "page"}


def ask_address(question: Mapping[str, Any]) -> str:
    """The address that asks this question anywhere; empty where it is too long or about rows kept here."""
    if question.get("collection") not in PARTS or "from_search" in question:
        return ""
    address = f"{reverse('ask')}?{params_of(question)}"
    return address if len(address) <= LONGEST else ""


def with_table_state(path: str, then: str) -> str:
    """`path` with a table's query string, as a permalink's `then=` gives it."""
    pairs = [pair for pair in parse_qsl(then, keep_blank_values=True) if pair[0] not in _NOT_CARRIED]
    return f"{path}?{urlencode(pairs, quote_via=quote, safe=',:*')}" if pairs else path
