"""Whatever goes wrong on the way, a stored file is the archive's file or there is none."""

import pytest

from mastportal.files import store
from mastportal.files.models import StoredFile
from mastportal.mast.errors import ArchiveError
from tests.files.conftest import obtain

pytestmark = pytest.mark.django_db
FAULTS = [
    {"fault": "status", "status": 503},
    {"fault": "status", "status": 500},
    {"fault": "reset"},
    {"fault": "reset", "after_bytes": 3000},
    {"fault": "truncate", "after_bytes": 3000},
    {"fault": "truncate", "after_bytes": 0},
    {"fault": "stall", "after_bytes": 3000},
    {"fault": "stall"},
    {"fault": "slow", "bytes_per_s": 200_000},
    {"fault": "html"},
    {"fault": "flip", "after_bytes": 3000},
    {"fault": "flip"},
    {"fault": "executing"},
    {"fault": "bad-json"},
]


def name_of(fault) -> str:
    return "-".join(str(value) for value in fault.values())


@pytest.fixture(autouse=True)
def _impatient(settings):
    settings.STALL_S = 0.5


@pytest.mark.parametrize("fault", FAULTS, ids=name_of)
@pytest.mark.parametrize("times", [1, 2])
def test_a_fault_that_passes_costs_only_time(sandbox, public, fault, times):
    sandbox.faults({"match": "Download/file", "times": times, **fault})
    file = obtain(public[0])
    sandbox.clear()
    assert b"".join(store.read(file, 0, file.size_bytes)) == sandbox.body(file.data_uri)


@pytest.mark.parametrize("fault", [FAULTS[0], FAULTS[4], FAULTS[9], FAULTS[10]], ids=name_of)
def test_a_fault_that_stays_is_a_reason_and_no_file(sandbox, public, store_dir, fault):
    sandbox.faults({"match": "Download/file", **fault})
    with pytest.raises(ArchiveError) as caught:
        obtain(public[0])
    assert StoredFile.objects.get().error == str(caught.value)
    assert [path for path in store_dir.rglob("*") if path.is_file()] == []
