"""What the tests of streamed archives share: a basket's stream, its files fetched in this process."""

import io
import zipfile
from collections.abc import Callable

from django.contrib.auth.models import User

from basket import filling
from basket.models import Basket, Bundle
from basket.ways import streamed


def fetch_here(file_id: int) -> None:
    """Does at once what a worker does with a message."""
    while filling.fill(file_id).again_after_s is not None:
        pass


def stream_of(
    basket: Basket, user: User, queue: Callable[[int], object] = fetch_here, format: str = "zip"
) -> tuple[Bundle, streamed.Streamed]:
    """The work list of a basket, and the answer's bytes as they are made."""
    bundle = streamed.of_basket(basket, user, format)
    return bundle, streamed.Streamed(bundle, queue, keep=False)


def opened(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))
