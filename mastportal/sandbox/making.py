"""From an observation and a file name to the file as it is now: version, body, rights. Knows no HTTP."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from hashlib import blake2b, md5

from .bodies import Body, Facts, body_of
from .observation import Observation, datetime_of, mjd_of
from .products import Listed
from .stages import SUFFIXES

_LARGEST_CHECKED_BYTES = 4_000_000
_DEFAULT_MJD = 59945.0
_CHECKSUMS: dict[str, str] = {}


@dataclass(frozen=True)
class Product:
    """One file as it is now; `release_mjd` None means public from the start."""

    uri: str
    program: str
    release_mjd: float | None
    etag: str
    last_modified: datetime
    body: Body = field(repr=False)

    @cached_property
    def size_bytes(self) -> int:
        return self.body.size_bytes

    @property
    def media_type(self) -> str:
        return self.body.media_type

    def is_exclusive(self, today: date) -> bool:
        return self.release_mjd is not None and self.release_mjd > mjd_of(today)

    def read(self, start: int, stop: int) -> bytes:
        """Bytes start..stop-1, without building the rest."""
        return self.body.read(start, stop)

    def md5(self) -> str | None:
        """The checksum MAST's keyword rows give; None beyond a few megabytes, where it takes too long."""
        return None if self.size_bytes > _LARGEST_CHECKED_BYTES else self._md5()

    def _md5(self) -> str:
        # The etag is of URI, version and size: equal etags of one server are equal bytes.
        known = _CHECKSUMS.get(self.etag)
        if known is None:
            content = self.read(0, self.size_bytes)
            known = _CHECKSUMS[self.etag] = md5(content, usedforsecurity=False).hexdigest()
        return known


@dataclass
class Maker:
    """Knows how often each file was reprocessed, and makes its present state."""

    file_bytes: int
    _versions: dict[str, int] = field(default_factory=dict)
    _replaced_at: dict[str, datetime] = field(default_factory=dict)

    def listed(self, observation: Observation, line: Listed, uri: str) -> Product:
        """The file of a line of a product list."""
        return self._product(
            observation, uri, line.filename, line.factor, line.members, line.product_name, line.obs_id,
            line.others,
        )  # fmt: skip

    def named(
        self, observation: Observation, uri: str, obs_id: str, members: tuple[str, ...] = ()
    ) -> Product:
        """The file of this URI, whatever list it is from: its name says the rest."""
        filename = uri.rpartition("/")[2]
        suffix = SUFFIXES.get(filename.rpartition(".")[0].rpartition("_")[2])
        return self._product(
            observation, uri, filename, suffix.factor if suffix else 0.3, members, obs_id, obs_id
        )

    def replace(self, uri: str, today: date) -> None:
        """Reprocess: the next version, made on the sandbox's day."""
        version = self._versions[uri] = self._versions.get(uri, 0) + 1
        midnight = datetime.combine(today, datetime.min.time(), UTC)
        self._replaced_at[uri] = midnight + timedelta(seconds=version)

    @property
    def replacements(self) -> int:
        """How many there have been; while it stays the same, so does every file."""
        return sum(self._versions.values())

    def version(self, uri: str) -> int:
        return self._versions.get(uri, 0)

    def _product(
        self,
        observation: Observation,
        uri: str,
        filename: str,
        factor: float,
        members: tuple[str, ...],
        product_name: str,
        obs_id: str,
        others: tuple[tuple[str, str], ...] = (),
    ) -> Product:
        version, made = self.version(uri), self._made(observation, uri)
        body = body_of(
            Facts(
                filename, observation, version, made, self.file_bytes, factor, members, product_name, obs_id,
                others,
            )
        )  # fmt: skip
        tag = blake2b(f"{uri}#{version}#{body.size_bytes}".encode(), digest_size=10).hexdigest()
        return Product(uri, observation.program, observation.release_mjd, f'"{tag}"', made, body)

    def _made(self, observation: Observation, uri: str) -> datetime:
        """Two days after the observation, unless reprocessed since."""
        end = observation.t_max_mjd or observation.t_min_mjd or _DEFAULT_MJD
        return self._replaced_at.get(uri) or datetime_of(round(end + 2.0, 4)).replace(microsecond=0)
