"""Which files of npm packages the portal serves, and under which static names; imports nothing of ours.

Whole packages would make the first start copy and compress fifty megabytes that no page asks for.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

FILES = {
    "vendor/aladin.js": "aladin-lite/dist/aladin.js",
    "vendor/echarts.js": "echarts/dist/echarts.esm.min.js",
}


class _Packages(FileSystemStorage):
    """`node_modules`, its files found by the static names of FILES."""

    def path(self, name: str) -> str:
        return super().path(FILES.get(name, name))


class VendorFinder(BaseFinder):
    """Finds the files of FILES where npm put them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = _Packages(location=settings.BASE_DIR / "node_modules")

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The path of one static name; an empty list where it is none of ours."""
        found = Path(self.storage.path(path)) if path in FILES else None
        if found is None or not found.is_file():
            return []
        return [str(found)] if find_all else str(found)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Every static name with the storage that opens it."""
        return ((name, self.storage) for name in FILES)
