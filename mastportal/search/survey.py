"""Owns where the image behind the footprints comes from: a survey's own host, or this portal.

The sandbox listens on loopback only, so people at another machine reach its stars through the portal. Any
other survey is asked by the browser itself, and nothing of it passes through here.
"""

import re
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

MEDIA_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "fits": "application/fits",
    "properties": "text/plain",
}
LARGEST_BYTES = 8 * 1024**2
PATIENCE_S = 60  # a dozen tiles are drawn at a time, and a busy machine takes its time
# The names a HiPS gives its files (IVOA Recommendation HiPS 1.0, section 4): nothing else is asked for.
NAME = re.compile(
    r"properties|Moc\.fits|Norder[0-9]{1,2}/(?:Allsky|Dir[0-9]{1,9}/Npix[0-9]{1,10})\.(?:jpg|png)", re.ASCII
)


class NotThere(LookupError):
    """The survey has no such file, or this portal hands on none."""


def address() -> str:
    """Where a browser finds the survey; below it lie `properties` and the tiles."""
    if not settings.SKY_SURVEY_IS_HANDED_ON:
        return settings.SKY_SURVEY
    return reverse("sky-survey", args=["properties"]).removesuffix("/properties")


def file_of(name: str) -> tuple[bytes, str]:
    """One file of the sandbox's survey and its media type. Raises NotThere; OSError when nothing answers."""
    if not settings.SKY_SURVEY_IS_HANDED_ON or not NAME.fullmatch(name):
        raise NotThere(name)
    host, path = urlsplit(settings.SKY_SURVEY)[1:3]
    with closing(HTTPConnection(host, timeout=PATIENCE_S)) as connection:
        try:
            connection.request("GET", f"{path}/{name}", headers={"User-Agent": settings.USER_AGENT})
            answer = connection.getresponse()
            body = answer.read(LARGEST_BYTES)
        except HTTPException as error:
            raise OSError(f"the sandbox did not answer as a server does: {error}") from error
    if answer.status != 200:
        raise NotThere(name)
    return body, MEDIA_TYPES[re.split(r"[./]", name)[-1]]
