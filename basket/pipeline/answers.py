"""Owns what a gathering found out: which files, in which roles, what is missing and why. Pure."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_TOLD = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A file that belongs in: its product row's URI, what it is for, what the archive says of its size."""

    uri: str
    name: str
    roles: tuple[str, ...]
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A file that belongs in and is not to be had, and why; `uri` where a list names it all the same."""

    name: str
    roles: tuple[str, ...]
    named_by: str
    reason: str
    uri: str = ""


@dataclass(slots=True)
class Answer:
    """`elsewhere` are the rows of other observations that hold members; `lists` says of which lists it is."""

    stage: int
    lists: str
    files: list[Found] = field(default_factory=list)
    missing: list[Gap] = field(default_factory=list)
    elsewhere: list[dict[str, Any]] = field(default_factory=list)
    associations: int = 0
    superseded: int = 0
    contexts: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "Answer":
        known = dict(told)
        known["files"] = [Found(**(each | {"roles": tuple(each["roles"])})) for each in told["files"]]
        known["missing"] = [Gap(**(each | {"roles": tuple(each["roles"])})) for each in told["missing"]]
        return cls(**known)

    @property
    def size_bytes(self) -> int:
        return sum(each.size_bytes or 0 for each in self.files)

    def counts(self) -> dict[str, Any]:
        """What is said before a download: numbers by role, and each missing file up to a bound."""
        roles = Counter(role for each in self.files for role in each.roles)
        return {
            "files": len(self.files),
            "bytes": self.size_bytes,
            "associations": self.associations,
            "superseded": self.superseded,
            "members": dict(sorted(roles.items())),
            "other_observations": len(self.elsewhere),
            "crds_contexts": self.contexts,
            "references": self.references,
            "missing": [
                {"name": gap.name, "roles": list(gap.roles), "named_by": gap.named_by, "reason": gap.reason}
                for gap in self.missing[:MOST_TOLD]
            ],
            "missing_total": len(self.missing),
            "notes": self.notes,
        }

    def uris(self) -> set[str]:
        """What a bundle tries to get: also what was not to be had, so that its manifest says so."""
        return {each.uri for each in self.files} | {gap.uri for gap in self.missing if gap.uri}

    def sentences(self) -> list[str]:
        """What a manifest says of it: the notes, and each missing file."""
        gaps = [
            f"{gap.name} ({', '.join(gap.roles)}, named by {gap.named_by}) is missing: {gap.reason}"
            for gap in self.missing[:MOST_TOLD]
        ]
        more = len(self.missing) - MOST_TOLD
        return [*self.notes, *gaps, *([f"And {more:,} more files are missing."] if more > 0 else [])]
