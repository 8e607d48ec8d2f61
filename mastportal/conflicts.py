"""Owns the errors of changes that what others did stands against. Every room's domain may raise them."""


class Conflict(Exception):
    """A change that the thing's present state does not allow: 409 and one plain sentence at every door."""

    def __init__(self, message: str, code: str = "conflict") -> None:
        super().__init__(message)
        self.message, self.code = message, code


class Outdated(Conflict):
    """Somebody else changed the same meanwhile, up to `revision`: 412 where If-Match said what was seen."""

    def __init__(self, message: str, revision: int) -> None:
        super().__init__(message, "precondition_failed")
        self.revision = revision
