"""The folder of the lab into which bundles are laid out."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def lab(settings: Any, tmp_path: Path) -> Path:
    settings.STAGING_DIR = str(tmp_path / "lab")
    (tmp_path / "lab").mkdir()
    return tmp_path / "lab"
