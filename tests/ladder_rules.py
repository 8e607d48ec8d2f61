"""What nobody, an outsider, a reader, an editor and the owner meet at every address of the project."""

from typing import Any

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PEOPLE = ("anonymous", "charlie", "dora", "bob", "alice")
ALLOWED = "allowed"
NOT_THERE, FORBIDDEN, SIGN_IN, NO_SUCH_METHOD = 404, 403, "sign in", 405

# What each of PEOPLE meets: an outsider is told there is no such thing, a reader that it may not be changed.
PUBLIC = (ALLOWED, ALLOWED, ALLOWED, ALLOWED, ALLOWED)
MEMBER = (SIGN_IN, ALLOWED, ALLOWED, ALLOWED, ALLOWED)
READ = (SIGN_IN, NOT_THERE, ALLOWED, ALLOWED, ALLOWED)
WRITE = (SIGN_IN, NOT_THERE, FORBIDDEN, ALLOWED, ALLOWED)
OWN = (SIGN_IN, NOT_THERE, NOT_THERE, NOT_THERE, ALLOWED)
NEEDS_ROWS = {
    "result",
    "result-row",
    "api-rows",
    "api-facets",
    "api-export",
    "api-code",
    "api-link",
    "sent-table",
    "api-keys",
    "api-place",
    "api-points",
    "api-point-row",
    "api-direct",
    "observation-bundle",
}

RULES: dict[str, dict[str, tuple[Any, ...]]] = {
    "healthz": {"GET": PUBLIC},
    "schema": {"GET": PUBLIC},
    "schema-browse": {"GET": PUBLIC},
    "sign-in": {"GET": PUBLIC, "POST": PUBLIC},
    "sign-out": {"POST": PUBLIC},
    "account": {"GET": MEMBER},
    "account-password": {"GET": MEMBER, "POST": MEMBER},
    "account-token": {"POST": MEMBER},
    "account-token-check": {"POST": MEMBER},
    "account-token-remove": {"POST": MEMBER},
    "account-keys": {"POST": MEMBER},
    "table-layout": {"POST": MEMBER},
    "account-key-remove": {"POST": OWN},
    "api-me": {"GET": MEMBER},
    "api-my-token": {"GET": MEMBER, "PUT": MEMBER, "DELETE": MEMBER},
    # Questions and their rows are public metadata, shared by everybody who is signed in.
    "search": {"GET": MEMBER},
    "ask": {"GET": MEMBER, "POST": MEMBER},
    "count": {"POST": MEMBER},
    "counted": {"GET": MEMBER},
    "results": {"GET": MEMBER},
    "result": {"GET": MEMBER},
    "result-state": {"GET": MEMBER},
    "result-refresh": {"POST": MEMBER},
    "result-row": {"GET": MEMBER},
    "sky-survey": {"GET": MEMBER},
    "api-searches": {"GET": MEMBER, "POST": MEMBER},
    "api-counts": {"POST": MEMBER},
    "api-count": {"GET": MEMBER},
    "api-search": {"GET": MEMBER},
    "api-rows": {"GET": MEMBER},
    "api-facets": {"GET": MEMBER},
    "api-export": {"GET": MEMBER},
    "api-code": {"GET": MEMBER},
    "api-link": {"GET": MEMBER},
    # Another program's way to a table: whoever has the signed link, for ten minutes.
    "sent-table": {"GET": PUBLIC},
    "api-keys": {"GET": MEMBER, "POST": MEMBER},
    "api-place": {"GET": MEMBER},
    "api-points": {"GET": MEMBER},
    "api-point-row": {"GET": MEMBER},
    "api-resolve": {"GET": MEMBER},
    "product-download": {"GET": MEMBER},
    "api-direct": {"GET": MEMBER},
    "observation-bundle": {"POST": MEMBER},
    # Saved searches belong to somebody, and may be shared with a group.
    "saved-searches": {"GET": MEMBER},
    "saved-menu": {"GET": MEMBER},
    "saved-new": {"GET": MEMBER, "POST": MEMBER},
    "saved-search": {"GET": READ},
    "saved-change": {"GET": WRITE, "POST": WRITE},
    "saved-remove": {"POST": WRITE},
    "recent-forget": {"POST": MEMBER},
    "api-saved-searches": {"GET": MEMBER, "POST": MEMBER},
    "api-saved-search": {"GET": READ, "PATCH": WRITE, "DELETE": WRITE},
    # Baskets and bundles belong to somebody, and may be shared with a group.
    "baskets": {"GET": MEMBER, "POST": MEMBER},
    "basket": {"GET": READ},
    "basket-state": {"GET": READ},
    "basket-add": {"POST": WRITE},
    "basket-settings": {"POST": WRITE},
    "basket-remove": {"POST": WRITE},
    "basket-refresh": {"POST": WRITE},
    "basket-line-remove": {"POST": WRITE},
    "basket-file-remove": {"POST": WRITE},
    "basket-selection": {"POST": WRITE},
    "basket-bundle": {"POST": READ},
    "basket-script": {"GET": READ},
    "bundles": {"GET": MEMBER},
    "bundle": {"GET": READ},
    "bundle-state": {"GET": READ},
    "bundle-again": {"POST": READ},
    "bundle-remove": {"POST": WRITE},
    "api-baskets": {"GET": MEMBER, "POST": MEMBER},
    "api-basket": {"GET": READ, "PATCH": WRITE, "DELETE": WRITE},
    "api-selection": {"GET": READ, "PUT": WRITE},
    "api-basket-refresh": {"POST": WRITE},
    "api-lines": {"POST": WRITE},
    "api-line": {"DELETE": WRITE},
    "api-products": {"GET": READ, "POST": WRITE},
    "api-product-facets": {"GET": READ},
    "api-product-export": {"GET": READ},
    "api-script": {"GET": READ},
    "api-basket-bundles": {"POST": READ},
    "api-bundles": {"GET": MEMBER},
    "api-bundle": {"GET": READ, "DELETE": WRITE},
    "api-bundle-again": {"POST": READ},
    "api-manifest": {"GET": READ},
    "api-checksums": {"GET": READ},
    "api-download": {"GET": READ},
}
