"""Memory growth of the fetch worker and of the web processes for a file of 5 GB."""

from tests.bench.measure import Figure
from tests.bench.memory import file_figures

FILE_BYTES = 5 * 1024**3


def run() -> list[Figure]:
    """Two figures: growth in MiB while 5 GB are fetched, and while they leave."""
    return file_figures(FILE_BYTES, "5 GB")
