"""Judges the archive's answers: a JSON object, or the error that a person should hear about."""

import re
from collections.abc import Callable
from typing import Any

import requests

from mastportal.mast.errors import ArchiveError, BadQuestion, NotFound, Refused, TimedOut, Unavailable

_OUR_FAULT = re.compile(
    r"invalid|unknown (?!service)|unrecogni[sz]ed|not valid|does not exist|no such|syntax|parameter|column",
    re.I,
)


def json_object(response: requests.Response) -> dict[str, Any]:
    """The body as an object. Raises what `status_error` says, or Unavailable for anything but JSON."""
    error = status_error(response)
    if error is not None:
        raise error
    try:
        answer = response.json()
    except ValueError:
        raise Unavailable(f"The archive answered with {_what(response)} where data were expected.") from None
    if not isinstance(answer, dict):
        raise Unavailable("The archive's answer is not of the kind that was asked for.")
    return answer


def table_page(response: requests.Response) -> dict[str, Any]:
    """One page of a table. Raises BadQuestion or Unavailable for the status ERROR, by its message."""
    answer = json_object(response)
    if answer.get("status") == "COMPLETE":
        return answer
    message = _plain(str(answer.get("msg") or ""))
    if _OUR_FAULT.search(message):
        raise BadQuestion(f"The archive does not accept the question: {message}.", field="criteria")
    raise Unavailable(f"The archive could not answer{': ' + message if message else ''}.")


def status_error(response: requests.Response) -> ArchiveError | None:
    """The error of an HTTP status, None for success."""
    status = response.status_code
    if status < 300:
        return None
    if status in (401, 403):
        return Refused(f"The archive refused the question (status {status}); it may want another token.")
    if status == 404:
        return NotFound(
            "The archive has nothing at the address that was asked; is the archive's address right?"
        )
    if status in (400, 413, 414, 422):
        return BadQuestion(f"The archive does not accept the question (status {status}).", field="criteria")
    return Unavailable(f"The archive answered with status {status} instead of data.")


def answered(call: Callable[[], Any]) -> Any:
    """What the call to requests or astroquery returns; their errors are raised as ArchiveError."""
    try:
        return call()
    except requests.HTTPError as error:
        raise (status_error(error.response) or Unavailable("The archive could not answer.")) from None
    except TimeoutError:
        raise TimedOut("The archive did not finish the answer in time; ask for less at once.") from None
    except requests.RequestException:
        raise Unavailable(
            "The archive answered with a web page or something broken instead of data."
        ) from None
    except (AttributeError, KeyError, TypeError):
        raise Unavailable("The archive's answer is not of the kind that was asked for.") from None


def _what(response: requests.Response) -> str:
    return "a web page" if b"<html" in response.content[:2000].lower() else "something broken"


def _plain(message: str) -> str:
    text = " ".join(re.sub(r"<[^>]*>", " ", message).split()).rstrip(".")
    return text[:200]
