"""The first bytes of a product, to compare a file with what the archive has now. Imports no Django."""

from mastportal.mast import byte_request
from mastportal.mast.byte_source import source_of
from mastportal.mast.connection import Archive, Credential
from mastportal.mast.traffic import nobody_waits


def beginning(archive: Archive, data_uri: str, count: int, credential: Credential | None = None) -> bytes:
    """At most the first `count` bytes, as they come; whether they are a range of them is not looked at.

    Raises Refused, NotFound, Unavailable, TimedOut.
    """
    source = source_of(archive, data_uri)
    came = bytearray()
    with byte_request.get(source, credential, {"Range": f"bytes=0-{count - 1}"}, nobody_waits) as answer:
        for piece in answer.pieces():
            came += piece
            if len(came) >= count:
                break
    return bytes(came[:count])
