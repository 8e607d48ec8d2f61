"""Owns which source the rows of each kind of question come from. Asks nobody itself."""

from collections.abc import Callable
from typing import Any

from mastportal.mast.client import MastClient
from mastportal.mast.criteria import Criteria
from mastportal.mast.target_list import TargetList
from mastportal.search.asking import Asking
from mastportal.search.from_files import FromFiles
from mastportal.search.from_files_mixed import HoldingFiles
from mastportal.search.from_files_source import from_files, holding_files
from mastportal.search.sources import Source, from_archive
from mastportal.search.targets.source import from_targets
from mastportal.work import Lease

Opener = Callable[[MastClient, Lease, Any], Source]
_OPENERS: dict[type, Opener] = {
    Criteria: from_archive,
    FromFiles: from_files,
    HoldingFiles: holding_files,
    TargetList: from_targets,
}


def opened(client: MastClient, lease: Lease, asking: Asking) -> Source:
    """The rows of a question. Raises the errors of the archive client."""
    return _OPENERS[type(asking)](client, lease, asking)
