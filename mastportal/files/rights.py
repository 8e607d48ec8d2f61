"""Owns the questions to the archive who gets a file: nobody in particular, or a token. Opens no database.

A person waits for the answers: they are asked side by side, and given up soon.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import Enum, auto

from mastportal.mast import transfer
from mastportal.mast.connection import Archive, Credential
from mastportal.mast.errors import NotFound

QUESTIONS_AT_ONCE = 8


class Answer(Enum):
    """To whom the archive gives a file: to anybody, to this token but not to anybody, to neither."""

    PUBLIC = auto()
    ACCEPTED = auto()
    REFUSED = auto()
    GONE = auto()


def ask(archive: Archive, data_uri: str, credential: Credential | None) -> Answer:
    """One check of one file, without its bytes: anonymously first. Raises Unavailable, TimedOut."""
    try:
        if transfer.may_fetch(archive, data_uri):
            return Answer.PUBLIC
        if credential is not None and transfer.may_fetch(archive, data_uri, credential):
            return Answer.ACCEPTED
    except NotFound:
        return Answer.GONE
    return Answer.REFUSED


def ask_each(archive: Archive, questions: Sequence[tuple[str, Credential | None]]) -> list[Answer]:
    """`ask` of each (dataURI, token), several at once, in their order. Raises Unavailable, TimedOut."""
    if len(questions) < 2:
        return [ask(archive, *question) for question in questions]
    with ThreadPoolExecutor(min(QUESTIONS_AT_ONCE, len(questions)), "rights") as threads:
        return list(threads.map(lambda question: ask(archive, *question), questions))
