"""What tests ask of the sandbox under `/_sandbox/`: journal, faults, day, versions, rights. Loopback only."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date

from .archive import Archive
from .faults import FaultList, Journal, parse_fault
from .identity import tokens
from .wire import Answer, Request, as_json, plain

PREFIX = "/_sandbox/"


class Controls:
    """Answers the control addresses; none of them is written into the journal."""

    def __init__(self, archive: Archive, faults: FaultList, journal: Journal) -> None:
        self._archive = archive
        self._faults = faults
        self._journal = journal
        self._doors: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("GET", ""): self._state,
            ("GET", "log"): self._log,
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "replace"): self._replace,
            ("POST", "today"): self._set_today,
            ("GET", "tokens"): lambda _: as_json(tokens(archive.holdings)),
            ("POST", "tokens"): self._withdraw,
        }

    def answer(self, request: Request) -> Answer:
        name = request.path.removeprefix(PREFIX).strip("/")
        door = self._doors.get((request.method, name))
        if door is None:
            known = any(name == other for _, other in self._doors)
            return plain(405 if known else 404)
        try:
            return door(request)
        except ValueError as error:
            return as_json({"error": str(error)}, 400)

    def _state(self, request: Request) -> Answer:
        holdings = self._archive.holdings
        return as_json({"today": holdings.today.isoformat(), "observations": holdings.observations.num_rows})

    def _log(self, request: Request) -> Answer:
        return as_json([asdict(entry) for entry in self._journal.since(int(request.first("since", "0")))])

    def _add_faults(self, request: Request) -> Answer:
        given = request.json()
        faults = [parse_fault(each) for each in (given if isinstance(given, list) else [given])]
        return as_json({"faults": self._faults.add(faults)})

    def _clear_faults(self, request: Request) -> Answer:
        self._faults.clear()
        return as_json({"faults": 0})

    def _replace(self, request: Request) -> Answer:
        uri = str(_object(request).get("uri", ""))
        if not self._archive.holdings.replace(uri):
            return as_json({"error": f"No such file: {uri}"}, 404)
        return as_json({"uri": uri, "replaced": True})

    def _withdraw(self, request: Request) -> Answer:
        """From now on the token opens all its programmes but these; an empty list gives them all back."""
        asked = _object(request)
        programmes = asked.get("withdrawn")
        if not isinstance(programmes, list):
            raise ValueError("withdrawn must be a list of programmes")
        self._archive.holdings.withdrawn[str(asked.get("token", ""))] = frozenset(map(str, programmes))
        return as_json(tokens(self._archive.holdings))

    def _set_today(self, request: Request) -> Answer:
        """The archive's day; with `unfolds` only what it had by then is there (`unfolding`)."""
        asked = _object(request)
        day, unfolds = date.fromisoformat(str(asked.get("date", ""))), asked.get("unfolds", False)
        if not isinstance(unfolds, bool):
            raise ValueError("unfolds must be true or false")
        holdings = self._archive.holdings
        holdings.today = day
        if unfolds != holdings.unfolds:
            holdings.unfolds = unfolds
        return as_json({"date": self._archive.holdings.today.isoformat()})


def _object(request: Request) -> dict[str, object]:
    given = request.json()
    if not isinstance(given, dict):
        raise ValueError("the body must be an object")
    return given
