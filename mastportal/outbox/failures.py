"""Owns the ways in which a delivery can fail: for now, or for good. Each says one plain sentence."""


class Undelivered(Exception):
    """It did not arrive; the text is one plain sentence and names no secret address."""


class NotNow(Undelivered):
    """Tried again later, after `after_s` where the other side said so.

    `way_is_closed` means that nothing else goes this way either: the server does not answer.
    """

    def __init__(self, sentence: str, *, way_is_closed: bool = True, after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.way_is_closed, self.after_s = way_is_closed, after_s


class Never(Undelivered):
    """Trying again is of no use; `is_gone` where the other side wants nothing more at all."""

    def __init__(self, sentence: str, *, is_gone: bool = False) -> None:
        super().__init__(sentence)
        self.is_gone = is_gone


class Off(Undelivered):
    """The portal does not send this way at all."""
