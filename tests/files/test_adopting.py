"""A lab's copy is compared with the MD5 that a keyword row tells, where the row is of its version."""

from hashlib import md5
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from mastportal.files.adopting import Adoption, Manner, Outcome, adopt
from mastportal.files.facts import facts_at
from mastportal.files.models import StoredFile
from mastportal.files.versions import Told
from mastportal.search import listed
from mastportal.search.named import by_names
from tests.archive import Sandbox

pytestmark = pytest.mark.django_db
WRONG = "0" * 32


@pytest.fixture
def copy(sandbox: Sandbox, public: list[dict[str, Any]], tmp_path: Path) -> Path:
    """A product in a folder of the lab's, byte by byte as the archive has it now."""
    row = next(row for row in public if "_cal.fits" in row["dataURI"])
    body = sandbox.body(row["dataURI"])
    listed.note(pa.Table.from_pylist([row | {"size": len(body)}]))
    folder = tmp_path / "lab"
    folder.mkdir()
    path = folder / row["dataURI"].rsplit("/", 1)[-1]
    path.write_bytes(body)
    return path


def adopted(copy: Path, digest: str, cal_ver: str = "") -> Adoption:
    """What becomes of it when its keyword row tells this MD5 and software."""
    told = Told(digest, copy.stat().st_size, cal_ver or facts_at(copy, copy.name).cal_ver)
    (one,) = adopt(copy.parent, by_names, lambda uris: dict.fromkeys(uris, told), Manner())
    return one


def test_one_with_the_archives_checksum_enters_and_keeps_it(copy: Path) -> None:
    digest = md5(copy.read_bytes(), usedforsecurity=False).hexdigest()
    assert adopted(copy, digest).outcome == Outcome.ENTERED
    assert StoredFile.objects.get().archive_md5 == digest


def test_one_with_another_checksum_is_left_out(copy: Path) -> None:
    one = adopted(copy, WRONG)
    assert (one.outcome, "checksum" in one.why) == (Outcome.LEFT, True)
    assert not StoredFile.objects.exclude(sha256="").exists()


def test_a_row_of_another_version_says_nothing(copy: Path) -> None:
    assert adopted(copy, WRONG, "0.0.1").outcome == Outcome.ENTERED
    assert StoredFile.objects.get().archive_md5 == ""
