"""A basket as plain values: what must come of the changes that several people made.

Each answer names the revision that its change made, so the changes can be put in the order in which they
were made, and done once more, one after the other.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from basket.models import Basket, first_selection


@dataclass(frozen=True, slots=True)
class Change:
    """One change that was answered: what it was, by whom, the revision it made or met, what was told."""

    kind: str
    what: Any
    who: str
    revision: int
    added: int = 0
    seen: int | None = None


@dataclass(slots=True)
class Model:
    """A basket as plain values: note and adder by obsid and dataURI, the selection, the name, the lock."""

    name: str
    lines: dict[str, tuple[str, str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    selection: dict[str, Any] = field(default_factory=first_selection)
    selection_revision: int = 1
    is_locked: bool = False

    @classmethod
    def of(cls, basket: Basket) -> "Model":
        lines = {o: (n, w) for o, n, w in basket.lines.values_list("obsid", "note", "added_by__username")}
        files = dict(basket.products.values_list("data_uri", "added_by__username"))
        locked = basket.locked_at is not None
        return cls(basket.name, lines, files, basket.selection, basket.selection_revision, locked)

    def does(self, change: Change) -> bool:
        """Make the change; whether anything was changed."""
        assert not self.is_locked or change.kind == "unlock", f"{change} while it was locked"
        before = repr(self)
        selected = dict(self.selection)
        getattr(self, f"_{change.kind}")(change)
        if self.selection != selected:
            self.selection_revision = change.revision
        return repr(self) != before

    def _add(self, change: Change) -> None:
        new = [obsid for obsid in change.what if obsid not in self.lines]
        assert len(new) == change.added, f"{change} found {new} missing"
        self.lines |= dict.fromkeys(new, ("", change.who))

    def _add_files(self, change: Change) -> None:
        new = [uri for uri in change.what if uri not in self.files]
        assert len(new) == change.added, f"{change} found {new} missing"
        self.files |= dict.fromkeys(new, change.who)

    def _remove(self, change: Change) -> None:
        self.lines.pop(change.what, None)

    def _remove_file(self, change: Change) -> None:
        self.files.pop(change.what, None)

    def _note(self, change: Change) -> None:
        obsid, text = change.what
        assert obsid in self.lines, change
        self.lines[obsid] = (text, self.lines[obsid][1])

    def _select(self, change: Change) -> None:
        assert change.seen is None or change.seen >= self.selection_revision, f"{change} had not seen it"
        self.selection = change.what

    def _include(self, change: Change) -> None:
        self._single(change.what, "include", "exclude")

    def _exclude(self, change: Change) -> None:
        self._single(change.what, "exclude", "include")

    def _single(self, uri: str, into: str, out: str) -> None:
        chosen = sorted({*self.selection[into], uri})
        left = [each for each in self.selection[out] if each != uri]
        self.selection = self.selection | {into: chosen, out: left}

    def _rename(self, change: Change) -> None:
        self.name = change.what

    def _lock(self, change: Change) -> None:
        self.is_locked = True

    def _unlock(self, change: Change) -> None:
        self.is_locked = False


def replay(model: Model, start: int, changes: list[Change]) -> int:
    """Do the changes in the order of their revisions; gives the last one. Each makes exactly one revision."""
    by_revision: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        by_revision[change.revision].append(change)
    last = max(by_revision, default=start)
    for revision in range(start + 1, last + 1):
        answered = by_revision[revision]
        makers = [each for each in answered if each.added or each.kind not in ("add", "add_files")]
        maker = next((each for each in makers if _would(model, each)), None)
        assert maker is not None, f"nobody made revision {revision}: {answered}"
        model.does(maker)
        for other in answered:
            assert other is maker or not model.does(other), f"{other} changed what {maker} had made"
    return last


def _would(model: Model, change: Change) -> bool:
    """Whether it would change the model."""
    trial = Model(
        model.name,
        dict(model.lines),
        dict(model.files),
        dict(model.selection),
        model.selection_revision,
        model.is_locked,
    )
    try:
        return trial.does(change)
    except AssertionError:
        return False
