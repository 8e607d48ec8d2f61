"""Owns how a worker follows associations to all their members, into other observations, too.

Only files that a harvested product list names are found; what no list has is told as missing, never guessed.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User

from basket.contents import Contents
from basket.harvest import harvest_of, products_of
from basket.lines import OBSERVATION_COLUMNS
from basket.pipeline.answers import Answer, Found, Gap
from basket.pipeline.associations import (
    MOST_BYTES,
    Association,
    BadAssociation,
    level_of,
    named,
    newest,
    read,
    usable,
)
from basket.pipeline.levels import calibrated, exposure_of, levels_of, needed, setting_of, shutter_visits
from basket.pipeline.others import Elsewhere
from basket.pipeline.probing import Seen, look
from basket.pipeline.references import contexts_in, named_in
from mastportal.files import fetching, store
from mastportal.files.room import StoreFull
from mastportal.mast.errors import ArchiveError, NotFound, Refused
from mastportal.search.products import want
from mastportal.work import Lease

# Associations of other observations' exposures may name members of yet others.
ROUNDS = 4
MOST_ASSOCIATIONS = 20_000
ROWS = ["dataURI", "productFilename", "obs_id", "proposal_id", "release_mjd", "size", "needs_token"]
NO_ASSOCIATION = "None of the observations has an association of level {}: there is nothing to run again."
UNSEEN = "{:,} files were not looked at beforehand: the archive did not answer, or there are too many."
UNLISTED = "No product list of an observation of programme {} names it."

_SELF, LISTED = ("association",), "the product list"


class NotYet(Exception):
    """Something is on its way by another worker; look again soon."""


class Search:
    """One gathering under way; `contents` grows by the observations found to hold members."""

    def __init__(
        self, contents: Contents, stage: int, user: User, lease: Lease, lists: str, notes: Iterable[str]
    ) -> None:
        self._contents, self._own, self._stage, self._user, self._lease = (
            contents,
            contents,
            stage,
            user,
            lease,
        )
        self._answer = Answer(stage, lists, notes=list(notes))
        self._rows: dict[str, dict[str, Any]] = {}
        self._read: dict[str, Association] = {}
        self._gaps: dict[str, Gap] = {}
        self._sought: set[str] = set()

    def run(self) -> Answer:
        """Everything that belongs together. Raises the archive's errors, and NotYet."""
        self._take_lists()
        wanted = {name for name in self._rows if level_of(name) in levels_of(self._stage)}
        for _ in range(ROUNDS):
            self._read_all(wanted)
            chosen, _ = newest(self._read.values())
            missing = self._missing(chosen)
            if not missing:
                break
            self._look_elsewhere(missing)
            wanted = self._of_exposures(calibrated(chosen))
        return self._finished()

    def _take_lists(self) -> None:
        harvest = harvest_of(self._contents)
        if harvest.waiting:
            raise NotYet
        table = products_of(self._contents, harvest).table.select(ROWS)
        self._rows = {str(row["productFilename"]): row for row in table.to_pylist()}

    def _read_all(self, names: Iterable[str]) -> None:
        names = sorted(set(names) - self._read.keys() - self._gaps.keys())
        if len(names) > MOST_ASSOCIATIONS:
            self._answer.notes.append(f"Only the first {MOST_ASSOCIATIONS:,} associations were read.")
        for name in names[:MOST_ASSOCIATIONS]:
            try:
                self._read[name] = read(name, self._content(self._rows[name]))
            except BadAssociation as error:
                self._gaps[name] = self._gap(name, _SELF, f"It cannot be followed: {error}.", LISTED)
            except (NotFound, Refused, StoreFull) as error:
                self._gaps[name] = self._gap(name, _SELF, str(error), LISTED)

    def _content(self, row: dict[str, Any]) -> bytes:
        if (row["size"] or 0) > MOST_BYTES:
            raise BadAssociation(f"it is larger than {MOST_BYTES // 1_000_000} MB")
        try:
            stored = fetching.obtain(
                str(row["dataURI"]),
                user=self._user,
                programme=str(row["proposal_id"] or ""),
                release_mjd=row["release_mjd"],
                size_bytes=row["size"],
                heartbeat=self._lease.beat,
            )
            return b"".join(store.read(stored, 0, min(stored.size_bytes or 0, MOST_BYTES + 1)))
        except fetching.Busy as error:
            raise NotYet from error
        except ArchiveError as error:
            if error.retryable:
                raise
            raise NotFound(str(error)) if not isinstance(error, Refused) else error from error

    def _missing(self, chosen: list[Association]) -> set[str]:
        """Members that no list has and that were not looked for yet."""
        return needed(chosen, self._stage).keys() - self._rows.keys() - self._sought

    def _look_elsewhere(self, names: set[str]) -> None:
        self._sought |= names
        lines = Elsewhere(self._contents, self._lease).holding(names)
        kept = [{column: line.get(column) for column in OBSERVATION_COLUMNS} for line in lines]
        self._answer.elsewhere += [line | {"obsid": str(line["obsid"])} for line in kept]
        self._contents = Contents((*self._own.lines, *self._answer.elsewhere), self._own.singles)
        want([str(line["obsid"]) for line in kept])
        self._take_lists()

    def _of_exposures(self, exposures: set[str]) -> set[str]:
        """Associations of level 2 that make what level 3 joins, in the lists of other observations, too."""
        return {
            name
            for name, row in self._rows.items()
            if 2 in levels_of(self._stage) and level_of(name) == 2 and exposure_of_row(row) in exposures
        }

    def _finished(self) -> Answer:
        chosen, superseded = newest(self._read.values())
        roles = {each.name: {"association": each.name} for each in chosen} | needed(chosen, self._stage)
        members = {name: self._rows[name] for name in roles if name in self._rows and name not in self._read}
        seen = look(members, self._user, self._lease.beat)
        shutters = self._shutters(roles, seen)
        if unlisted := shutters.keys() - self._rows.keys():
            self._look_elsewhere(unlisted)
        of_visit = {name: self._rows[name] for name in shutters if name in self._rows}
        seen |= look(of_visit, self._user, self._lease.beat)
        roles |= shutters
        answer = self._answer
        answer.associations, answer.superseded = len(chosen), len(superseded)
        gone = {name: told for name, told in roles.items() if name in seen and seen[name].reason}
        nowhere = {name: told for name, told in roles.items() if name not in self._rows}
        answer.files = [
            self._found(name, told)
            for name, told in sorted(roles.items())
            if name in self._rows and name not in gone
        ]
        answer.missing = [
            *self._gaps.values(),
            *(_unlisted(name, told) for name, told in nowhere.items()),
            *(
                self._gap(name, tuple(told), seen[name].reason, next(iter(told.values())))
                for name, told in gone.items()
            ),
        ]
        answer.missing.sort(key=lambda gap: gap.name)
        headers = [each.header for each in (*seen.values(), *self._siblings(roles).values())]
        answer.references, answer.contexts = named_in(headers), contexts_in(headers)
        answer.notes += self._remarks(chosen)
        if unseen := members.keys() - seen.keys():
            answer.notes.append(UNSEEN.format(len(unseen)))
        return answer

    def _shutters(self, roles: dict[str, dict[str, str]], seen: dict[str, Seen]) -> dict[str, dict[str, str]]:
        """MSA metadata files: by the headers of the exposures, by their visit where no header was read."""
        named = {name: seen[name].header.get("MSAMETFL", "") for name in roles if name in seen}
        told = {
            file: {"msa": name} for name, file in named.items() if usable(file) and file.endswith(".fits")
        }
        unread = [name for name in roles if name not in seen or seen[name].reason]
        for visit in shutter_visits(unread):
            of_visit = (name for name in self._rows if name.startswith(visit) and name.endswith("_msa.fits"))
            told |= {name: {"msa": name} for name in of_visit}
        return told

    def _siblings(self, names: Iterable[str]) -> dict[str, Seen]:
        """Headers of calibrated exposures, one of each detector and setting: raw ones name no references."""
        if self._stage == 3:
            return {}
        donors: dict[str, str] = {}
        for exposure in sorted({exposure_of(name) for name in names} - {""}):
            for ending in ("cal", "calints"):
                if (name := f"{exposure}_{ending}.fits") in self._rows:
                    donors.setdefault(setting_of(exposure), name)
        return look({name: self._rows[name] for name in donors.values()}, self._user, self._lease.beat)

    def _found(self, name: str, roles: dict[str, str]) -> Found:
        row = self._rows[name]
        return Found(str(row["dataURI"]), name, tuple(sorted(roles)), row["size"])

    def _gap(self, name: str, roles: tuple[str, ...], reason: str, named_by: str) -> Gap:
        return Gap(name, roles, named_by, reason, str(self._rows[name]["dataURI"]))

    def _remarks(self, chosen: list[Association]) -> list[str]:
        if not chosen:
            levels = " or ".join(map(str, levels_of(self._stage)))
            return [NO_ASSOCIATION.format(levels)]
        strange = [each.name for each in chosen if each.strange]
        return [f"Members without a usable name were left out of {named(strange)}."] if strange else []


def exposure_of_row(row: dict[str, Any]) -> str:
    """The exposure whose product a row is, by the archive's obs_id."""
    return exposure_of(f"{row['obs_id']}_cal.fits")


def _unlisted(name: str, roles: dict[str, str]) -> Gap:
    program = name[2:7].lstrip("0") if name.startswith("jw") else "?"
    return Gap(name, tuple(sorted(roles)), next(iter(roles.values())), UNLISTED.format(program))
