"""Owns how often somebody may try the same thing, counted by allauth in Valkey. Knows no page."""

from allauth.core.ratelimit import consume
from django.http import HttpRequest


class TooOften(Exception):
    """Asked or tried so often that nothing is done for `after_s`; the text is one plain sentence."""

    def __init__(self, words: str, after_s: int) -> None:
        super().__init__(words)
        self.after_s = after_s


def check(request: HttpRequest, action: str, words: str, after_s: int, *, key: str | None = None) -> None:
    """Count a try of `action`, one of ACCOUNT_RATE_LIMITS. Raises TooOften."""
    if not consume(request, action=action, key=key):
        raise TooOften(words, after_s)


def check_password_tried(request: HttpRequest) -> None:
    """Whoever sits before another's open session does not find out their password. Raises TooOften."""
    check(request, "change_password", "That was tried too often. Come back in a minute.", 60)
