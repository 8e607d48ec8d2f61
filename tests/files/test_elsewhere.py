"""While the archive is out of order public files come from a mirror or a folder, and open no door."""

import pytest

from accounts.archive import today_mjd
from mastportal.files import store
from mastportal.files.models import Access, Origin, StoredFile
from mastportal.mast.errors import Unavailable
from tests.files.conftest import asked_for, obtain

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab(settings, sandbox, public, tmp_path):
    """A folder with the first two public products as the archive has them."""
    for row in public[:2]:
        path = tmp_path / "lab" / row["dataURI"].removeprefix("mast:")
        path.parent.mkdir(parents=True, exist_ok=True)
        body = sandbox.body(row["dataURI"])
        row["size"] = len(body)  # another test may have had it reprocessed since it was listed
        path.write_bytes(body)
    settings.MIRROR_FOLDER = str(tmp_path / "lab")
    settings.HOST_FAILURES, settings.HOST_REST_S = 1, 1000
    return tmp_path / "lab"


def down(sandbox):
    sandbox.faults({"match": "Download/file", "fault": "status", "status": 503, "times": 99})


def test_a_file_that_the_archive_breaks_off_comes_from_the_folder_and_is_public(sandbox, public, lab):
    sandbox.faults({"match": "Download/file", "fault": "truncate", "after_bytes": 100, "times": 99})
    file = obtain(public[0])
    sandbox.clear()
    assert (file.origin, file.access, file.etag) == (Origin.FOLDER, Access.PUBLIC, "")
    assert b"".join(store.read(file, 0, file.size_bytes)) == sandbox.body(file.data_uri)


def test_what_nobody_says_is_public_lies_here_but_is_handed_out_only_when_the_archive_says_so(
    settings, sandbox, public, lab, alice
):
    down(sandbox)
    with pytest.raises(Unavailable):
        obtain(public[0], alice)
    here = StoredFile.objects.get()
    assert (here.origin, here.access, here.phase) == (Origin.FOLDER, Access.RESTRICTED, "COMPLETED")
    sandbox.clear()
    settings.HOST_REST_S = 0
    mark = sandbox.mark()
    file = obtain(public[0], alice)
    assert (file.pk, file.access) == (here.pk, Access.PUBLIC)
    assert set(asked_for(sandbox, mark, file.data_uri)) == {"HEAD"}


def test_what_is_listed_as_exclusive_is_asked_of_the_archive_only(sandbox, public, lab):
    down(sandbox)
    with pytest.raises(Unavailable):
        obtain(public[0] | {"t_obs_release": today_mjd() + 9}, release_mjd=today_mjd() + 9)
    assert StoredFile.objects.get().phase == "ERROR"


def test_a_copy_of_another_version_is_not_taken(sandbox, public, lab):
    path = lab / public[0]["dataURI"].removeprefix("mast:")
    path.write_bytes(path.read_bytes() + bytes(2880))
    down(sandbox)
    with pytest.raises(Unavailable):
        obtain(public[0])
    assert StoredFile.objects.get().phase == "ERROR"


def test_without_a_mirror_the_archive_alone_is_asked(settings, sandbox, public, lab):
    settings.MIRROR_FOLDER = ""
    down(sandbox)
    with pytest.raises(Unavailable):
        obtain(public[0])
    assert StoredFile.objects.get().phase == "ERROR"
