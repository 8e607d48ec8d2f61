"""Tokens: whose they are and what they may read. Knows nothing of how bytes are sent."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from .holdings import Holdings, Product
from .wire import Answer, Request, as_json

EXCLUSIVE_SCOPE = "mast:exclusive_access"


@dataclass(frozen=True, slots=True)
class Token:
    """`half` is the token's share of the exclusive programmes, sorted: 0 odd, 1 even, None none."""

    token: str
    owner: str
    half: int | None
    state: str = "valid"
    scopes: tuple[str, ...] = ("mast:user:info", EXCLUSIVE_SCOPE)

    def programs(self, holdings: Holdings) -> list[str]:
        """Programmes whose exclusive files this token opens, sorted."""
        if self.half is None or self.state != "valid" or EXCLUSIVE_SCOPE not in self.scopes:
            return []
        withdrawn = holdings.withdrawn.get(self.token, frozenset())
        return [each for each in holdings.exclusive_programs[self.half :: 2] if each not in withdrawn]


TOKENS = (
    Token("sandbox-token-alice", "alice", 0),
    Token("sandbox-token-bob", "bob", 1),
    Token("sandbox-token-expired", "charlie", 0, "expired"),
    Token("sandbox-token-noscope", "dora", None, "noscope", ("mast:user:info",)),
)
_BY_TEXT: Mapping[str, Token] = {token.token: token for token in TOKENS}


def token_of(request: Request) -> Token | None:
    """The token of a request that is known and not expired; header before cookie, as a script sends it."""
    token = _BY_TEXT.get(_text_of(request))
    return token if token and token.state != "expired" else None


def _text_of(request: Request) -> str:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() in ("token", "bearer"):
        return text.strip()
    try:
        cookie = SimpleCookie(request.headers.get("cookie", "")).get("mast_token")
    except CookieError:
        return ""
    return cookie.value if cookie else ""


def refusal(token: Token | None, product: Product, holdings: Holdings) -> int | None:
    """None where the product may be read, else 401 (who are you?) or 403 (not for you)."""
    if not product.is_exclusive(holdings.today):
        return None
    if token is None:
        return 401
    return None if product.program in token.programs(holdings) else 403


def whoami(request: Request) -> Answer:
    """200 with JSON for a bad token too: `anon` tells; the shape of MAST's auth service."""
    token = token_of(request)
    if token is None:
        return as_json(
            {"anon": True, "eppn": "", "ezid": "anonymous", "attrib": {}, "scopes": [],
             "session": None, "token": None}
        )  # fmt: skip
    name = token.owner.capitalize()
    attributes = {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{token.owner}.sandbox.invalid")),
        "first_name": name,
        "last_name": "Sandbox",
        "display_name": f"{name} Sandbox",
        "internal": "0",
        "email": f"{token.owner}@sandbox.invalid",
        "Jwstcalengdataaccess": "false",
    }
    return as_json(
        {"eppn": f"{token.owner}@sandbox.invalid", "ezid": token.owner, "attrib": attributes, "anon": False,
         "scopes": list(token.scopes), "session": None, "token": token.token}
    )  # fmt: skip


def tokens(holdings: Holdings) -> list[dict[str, object]]:
    """What tests ask: every token with its owner, state and programmes."""
    return [
        {"token": t.token, "owner": t.owner, "programs": t.programs(holdings), "state": t.state}
        for t in TOKENS
    ]
