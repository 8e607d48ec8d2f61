"""How an error is said, over REST and on a page: one plain sentence."""

import re
from html import unescape
from typing import Any

from tests.acceptance.journey import Journey


def refused(response: Any, status: int) -> dict[str, Any]:
    """The one error shape, its message one plain sentence."""
    assert response.status_code == status, response.content
    body = response.json()
    assert set(body) == {"error"}
    check_sentence(body["error"]["message"])
    return body["error"]


def check_sentence(text: str) -> None:
    assert re.fullmatch(r"[^\n]{10,400}[.?!]", text), text
    assert text[0].isupper() or text[0] in "“1234567890", text
    assert not re.search(r"Traceback|Error\(|object at|<class|None", text), text


def in_page(response: Any, sentence: str) -> bool:
    return sentence in unescape(response.content.decode())


def check_page(journey: Journey, search: dict[str, Any], sentence: str) -> None:
    page = journey.api.get(f"/results/{search['id']}/")
    assert page.status_code == 200
    assert in_page(page, sentence)
    assert in_page(page, "Ask again")
