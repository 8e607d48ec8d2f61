"""Owns from which hosts a file may come that the archive only names. Asks nobody."""

from urllib.parse import urlsplit

from django.conf import settings


def hosts_for(uri: str) -> list[str]:
    """The allowed hosts, and for a calibration reference file the one that is configured for these."""
    hosts = list(settings.ALLOWED_DATA_HOSTS)
    if settings.CRDS_URL and uri.startswith(f"{settings.CRDS_URL}/"):
        hosts.append(urlsplit(settings.CRDS_URL).hostname or "")
    return hosts
