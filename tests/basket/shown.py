"""A page as a reader sees it, and how a part of one is asked for."""

import re
from typing import Any

HTMX = {"HX-Request": "true"}


def text(answer: Any, status: int = 200) -> str:
    """The page on one line, without what differs from one answer to the next."""
    assert answer.status_code == status
    return re.sub(
        r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", " ".join(answer.content.decode().split())
    )
