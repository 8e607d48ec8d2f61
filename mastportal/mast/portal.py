"""One redirected, time-limited, paced astroquery instance; the only module that imports astroquery (1.7 s).

astroquery binds MAST's addresses when it is imported, so the attributes of our own instance are set, never
the option (tried with 0.4.11).
"""

from collections.abc import Mapping
from typing import Any

import requests
from astroquery.mast import MastClass

from mastportal.mast.adapter import ArchiveAdapter, mount
from mastportal.mast.connection import Archive


class Portal:
    """astroquery's connection to `archive`: its own session, shared with no other use and no other person."""

    def __init__(self, archive: Archive, adapter: ArchiveAdapter) -> None:
        instance = MastClass()
        mount(instance._session, adapter)
        instance._session.headers["User-Agent"] = archive.user_agent
        instance._auth_obj.SESSION_INFO_URL = archive.url("/whoami")
        connection = instance._portal_api_connection
        connection.MAST_REQUEST_URL = archive.url("/api/v0/invoke")
        connection.COLUMNS_CONFIG_URL = archive.url("/portal/Mashup/Mashup.asmx/columnsconfig")
        connection.MAST_DOWNLOAD_URL = archive.url("/api/v0.1/Download/file")
        connection.MAST_BUNDLE_URL = archive.url("/api/v0.1/Download/bundle")
        connection.TIMEOUT = archive.question_timeout_s + archive.stall_s
        self._connection = connection
        self._adapter = adapter

    def ask(self, service: str, params: Mapping[str, Any], page: int, page_rows: int) -> requests.Response:
        """The raw answer for one page. Raises this package's errors, and requests' for HTTP statuses.

        What columns are is our own knowledge (`fields`), so the archive's columns config is never asked for.
        """
        self._connection._column_configs = {service: {}}
        responses: list[requests.Response] = self._connection.service_request_async(
            service, dict(params), pagesize=page_rows, page=page
        )
        return responses[-1]

    def close(self) -> None:
        self._adapter.close()
