"""Owns what the OpenAPI document says of every call alike: the one error shape and when it comes."""

from typing import Any

# Contract: one error shape everywhere, with the right status.
ALWAYS = {
    "400": "This cannot be understood; `field` says what.",
    "401": "Nobody is signed in, or the API key is unknown, removed or past its day.",
    "403": "You may look at this but not change it, or your API key may only read.",
    "404": "There is no such thing here, or it is not yours to see.",
    "405": "This address has no such method.",
    "429": "More than one person may ask in a minute; `Retry-After` says when to go on.",
    "502": "The archive refused this.",
    "503": "The archive, or room for one more stream, is not there now; `Retry-After` where it is known.",
}
WITH_BODY = {
    "409": "This does not fit the state it is in now.",
    "413": "This is larger than is taken.",
    "415": "The body is not JSON.",
    "422": "This is understood but too much, or not possible.",
    "507": "The portal's disk is full.",
}
REVISED = {
    "412": "It was changed meanwhile: it is at another revision than `If-Match` says.",
    "428": "Say which revision you change, by `If-Match`.",
}
ERROR = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "additionalProperties": False,
            "properties": {
                "code": {"type": "string", "description": "For programs."},
                "message": {"type": "string", "description": "One plain sentence for people."},
                "field": {"type": "string", "description": "What in the question it is about."},
            },
        }
    },
}
METHODS = ("get", "post", "put", "patch", "delete")


def with_errors(result: dict[str, Any], **_generator: Any) -> dict[str, Any]:
    """The document with the errors of every call; what a call says of a status itself stays."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    for path in result["paths"].values():
        for method in set(path) & set(METHODS):
            responses = path[method].setdefault("responses", {})
            for status, description in _errors_of(method).items():
                responses.setdefault(status, _response(description))
    return result


def _errors_of(method: str) -> dict[str, str]:
    with_body = WITH_BODY if method != "get" else {"409": WITH_BODY["409"], "413": WITH_BODY["413"]}
    return ALWAYS | with_body | (REVISED if method in ("put", "patch", "post", "delete") else {})


def _response(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
