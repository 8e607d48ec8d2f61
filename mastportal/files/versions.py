"""Owns what tells one version of a product from another, and how two lists of them differ. Asks nobody."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from mastportal.files.facts import facts_at
from mastportal.files.models import StoredFile


def moment(http_date: str) -> datetime | None:
    """The time of a Last-Modified header; None where there is none that can be read."""
    try:
        when = parsedate_to_datetime(http_date)
    except (ValueError, OverflowError):
        return None
    return when if when.tzinfo else None


@dataclass(frozen=True, slots=True)
class Told:
    """What a keyword row says of a file, and when it was asked; empty or None where it says nothing."""

    md5: str = ""
    size_bytes: int | None = None
    cal_ver: str = ""
    crds_ctx: str = ""
    at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """As `StoredFile.told` keeps it, in the keyword service's own words."""
        return {
            "checksum": self.md5,
            "fileSize": self.size_bytes,
            "cal_ver": self.cal_ver,
            "crds_ctx": self.crds_ctx,
        }

    def agrees_with(self, file: StoredFile) -> bool:
        """Whether the row is of this very version: by its MD5 where both have one, else by all the rest.

        An equal length alone says little: a reprocessed image is as long as it was.
        """
        if self.md5 and file.archive_md5:
            return self.md5 == file.archive_md5
        return (self.size_bytes, self.cal_ver, self.crds_ctx) == (
            file.size_bytes,
            file.cal_ver,
            file.crds_ctx,
        ) and bool(self.cal_ver)

    def is_of(self, path: Path, name: str) -> bool:
        """Whether this row's MD5 is meant for the whole copy at `path`.

        Keyword rows lag behind reprocessing, and a stale MD5 must not condemn a good new file. So it counts
        only for a copy of the length that the row tells and, where row and header both name them, made by
        the same CAL_VER and CRDS_CTX. What is left, a copy of that length by the same software under that
        context and yet with another MD5, is damaged, or so newly made that nobody has said so yet: it is not
        taken, and asked for again when the row is.
        """
        if self.size_bytes != path.stat().st_size:
            return False
        header = facts_at(path, name)
        pairs = ((self.cal_ver, header.cal_ver), (self.crds_ctx, header.crds_ctx))
        return all(told == own for told, own in pairs if told and own)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a product, as far as it is known; `date`, `cal_ver` and `crds_ctx` are its header's."""

    sha256: str = ""
    size_bytes: int | None = None
    date: str = ""
    cal_ver: str = ""
    crds_ctx: str = ""

    @classmethod
    def of(cls, file: StoredFile) -> Self:
        return cls(file.sha256, file.size_bytes, file.header_date, file.cal_ver, file.crds_ctx)


class Change(StrEnum):
    """What became of a product between two lists."""

    SAME = "same"
    REPROCESSED = "reprocessed"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Difference:
    """One product in two lists; `changed` names each fact that differs, with what it was and is."""

    uri: str
    change: Change
    changed: dict[str, tuple[Any, Any]]


def differences(old: Mapping[str, Version], new: Mapping[str, Version]) -> list[Difference]:
    """How `new` differs from `old`, both by data URI, in the order of the URI; equal bytes are the same."""
    return [_difference(uri, old.get(uri), new.get(uri)) for uri in sorted({*old, *new})]


def _difference(uri: str, old: Version | None, new: Version | None) -> Difference:
    if old is None or new is None:
        return Difference(uri, Change.NEW if old is None else Change.GONE, {})
    if old.sha256 == new.sha256:
        return Difference(uri, Change.SAME, {})
    before, after = asdict(old), asdict(new)
    names = [field.name for field in fields(Version)]
    changed = {name: (before[name], after[name]) for name in names if before[name] != after[name]}
    return Difference(uri, Change.REPROCESSED, changed)
