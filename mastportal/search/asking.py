"""Owns what every kind of question has in common, and which kind the body of a search is of. Asks nobody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from mastportal.mast.criteria import parse_question
from mastportal.mast.fields import Field
from mastportal.mast.portal_links import question_of_link
from mastportal.mast.target import Target
from mastportal.mast.target_list import is_target_list, parse_target_list
from mastportal.search import from_files, from_files_mixed

Body = Mapping[str, object]
# Says something of how it is to be answered, not of what is asked.
_OURS = {"refresh"}


class Asking(Protocol):
    """A valid question of any kind; `read` gives the same one back from `as_json()`."""

    @property
    def collection(self) -> str: ...
    @property
    def target(self) -> Target | None: ...
    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns of the answer."""
        ...

    def as_json(self) -> dict[str, object]: ...
    def fingerprint(self) -> str: ...
    def words(self) -> str: ...
    def code(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of question: whether a body is of it, and how it is read (raises BadQuestion)."""

    is_of: Callable[[Body], bool]
    read: Callable[[Body], Asking]


# The first kind that takes a body reads it; what none takes is a question to the archive as it stands.
KINDS: tuple[Kind, ...] = (
    Kind(from_files.is_of, from_files.read),
    Kind(from_files_mixed.is_of, from_files_mixed.read),
    Kind(is_target_list, parse_target_list),
)


def read(question: Body) -> Asking:
    """The question of a body, in one canonical form. Raises BadQuestion naming the field at fault."""
    body = _unlinked({name: value for name, value in question.items() if name not in _OURS})
    kind = next((each for each in KINDS if each.is_of(body)), None)
    return kind.read(body) if kind else parse_question(body)


def _unlinked(body: Body) -> Body:
    """What a link to MAST's own Portal asks, where one was pasted as the target; with the body's criteria."""
    target, criteria = body.get("target"), body.get("criteria")
    linked = question_of_link(target) if isinstance(target, str) else None
    if linked is None:
        return body
    told = dict(criteria) if isinstance(criteria, Mapping) else {}
    both = told | dict(linked.get("criteria") or {})
    return linked | ({"criteria": both} if both else {})
