"""Owns which JSON a request may carry: what a reader can follow and a text can hold."""

import io
import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class ReadableJson(JSONParser):
    """JSON as Django REST framework reads it, nested as deep as is of use and without half characters."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value. Raises ParseError, one plain sentence."""
        body = stream.read()
        try:
            value = super().parse(io.BytesIO(body), media_type, parser_context)
            if (
                b"\\ud" in body.lower()
            ):  # an escaped surrogate, which is a character only beside its other half
                json.dumps(value, ensure_ascii=False).encode()
        except RecursionError:
            raise ParseError("This JSON is nested deeper than anything here.") from None
        except UnicodeEncodeError:
            raise ParseError("This JSON holds half a character, which no text can hold.") from None
        return value
