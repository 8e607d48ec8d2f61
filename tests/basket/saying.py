"""The one shape of an error over REST, and a basket that nothing changed."""

from typing import Any

from basket.models import Basket

ANY = {"If-Match": "*"}


def told(answer: Any, status: int) -> dict[str, Any]:
    """The error, which has the one shape."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/json")
    body = answer.json()
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert {"code", "message"} <= set(error) <= {"code", "message", "field"}
    assert error["message"].strip()
    assert "Traceback" not in error["message"]
    return error


def unchanged(basket: Basket) -> bool:
    before = (basket.revision, basket.name, basket.selection, basket.group_id)
    basket.refresh_from_db()
    return before == (basket.revision, basket.name, basket.selection, basket.group_id)
