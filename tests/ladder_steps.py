"""Who climbs the ladder, by what methods, and what they may meet on each step."""

from typing import Any

# By an address's name and a method: what each of PEOPLE meets.
Rules = dict[str, dict[str, tuple[Any, ...]]]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PEOPLE = ("anonymous", "charlie", "dora", "bob", "alice")
ALLOWED = "allowed"
NOT_THERE, FORBIDDEN, SIGN_IN, NO_SUCH_METHOD = 404, 403, "sign in", 405

# What each of PEOPLE meets: an outsider is told there is no such thing, a reader that it may not be changed.
PUBLIC = (ALLOWED, ALLOWED, ALLOWED, ALLOWED, ALLOWED)
MEMBER = (SIGN_IN, ALLOWED, ALLOWED, ALLOWED, ALLOWED)
READ = (SIGN_IN, NOT_THERE, ALLOWED, ALLOWED, ALLOWED)
WRITE = (SIGN_IN, NOT_THERE, FORBIDDEN, ALLOWED, ALLOWED)
NOWHERE = (NOT_THERE, NOT_THERE, NOT_THERE, NOT_THERE, NOT_THERE)
UNLESS_IN = (SIGN_IN, NOT_THERE, NOT_THERE, NOT_THERE, NOT_THERE)
OWN = (SIGN_IN, NOT_THERE, NOT_THERE, NOT_THERE, ALLOWED)
RUN = (SIGN_IN, NOT_THERE, FORBIDDEN, FORBIDDEN, ALLOWED)
NOBODY = (NOT_THERE,) * len(PEOPLE)
