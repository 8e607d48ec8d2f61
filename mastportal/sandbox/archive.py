"""The archive as a whole: which address is answered by which part. Knows nothing of sockets."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from .bundles import bundle
from .columns import column_config
from .crds import reference
from .downloads import file
from .hips import survey
from .holdings import Holdings
from .identity import whoami
from .invoke import Mashup
from .missions import Missions, uri_of_product
from .resolver import resolve
from .wire import Answer, Request, as_json, plain


@dataclass(frozen=True, slots=True)
class Options:
    """How the archive behaves: none of it changes an answer's content."""

    latency_ms: float = 0
    bandwidth_bytes_per_s: float = 0
    long_query_s: float = 0


class Archive:
    """Answers MAST's own addresses; the oldest spellings too, where clients still use them."""

    def __init__(self, holdings: Holdings, options: Options | None = None) -> None:
        self.holdings = holdings
        self.options = options or Options()
        self.mashup = Mashup(holdings, self.options.long_query_s)
        self._routes: tuple[tuple[re.Pattern[str], Callable[[Request], Answer]], ...] = tuple(
            (re.compile(pattern, re.IGNORECASE), answer)
            for pattern, answer in (
                (r"(/api/v0|/portal(_jwst)?/Mashup/Mashup\.asmx)/invoke", self.mashup.answer),
                (r"/portal(_jwst)?/Mashup/Mashup\.asmx/columnsconfig", _column_config),
                (r"(/jwst)?/api/v0\.1/Download/file|/portal(_jwst)?/Download/file", self._file),
                (r"/api/v0\.1/Download/bundle\.(sh|zip|tar\.gz)", self._bundle),
                (r"/whoami|/info", whoami),
                (r"/search/.*", Missions(holdings).answer),
                (r"/Santa-war/query", self._resolve),
                (r"/hips/stars(/.*)?", survey),
                (r"/crds/.*", reference),
            )
        )

    @property
    def now(self) -> datetime:
        """The clock's time on the sandbox's own day."""
        return datetime.combine(self.holdings.today, datetime.now(UTC).time(), UTC)

    def answer(self, request: Request) -> Answer:
        path = request.path.rstrip("/") or "/"
        for pattern, answer in self._routes:
            if pattern.fullmatch(path):
                return answer(request)
        return plain(404, f"The sandbox has nothing at {request.path}")

    def _file(self, request: Request) -> Answer:
        return file(self.holdings, request, request.first("uri"))

    def _bundle(self, request: Request) -> Answer:
        extension = request.path.rsplit("bundle.", 1)[1].lower()
        base_url = f"http://{request.headers.get('host', '127.0.0.1')}"
        return bundle(self.holdings, request, extension, base_url, self.now)

    def _resolve(self, request: Request) -> Answer:
        return as_json(resolve(self.holdings, request.all("name"), request.first("resolver")))


def _column_config(request: Request) -> Answer:
    return as_json(column_config(request.first("colConfigId")))


def service_of(request: Request) -> str:
    """The service a question names, empty elsewhere."""
    return str(request.question.get("service", "")) if request.path.endswith("/invoke") else ""


def uri_of(request: Request) -> str:
    """The dataURI a request is about, the first of several."""
    if request.path.startswith("/search/"):
        return uri_of_product(request)
    return request.first("uri") if "/Download/" in request.path else ""
