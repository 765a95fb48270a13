"""Input of requests: the texts that the store can look up, and the answer to a request that is not valid."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, StringConstraints

LONGEST = 4_000
"""Characters of a text parameter. Names in the store are shorter."""


def _storable(text: str) -> str:
    """Return ``text`` if a database can hold it.

    :raises ValueError: it holds a NUL character or half a surrogate pair.
    """
    if any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("must not hold a NUL character or half of a surrogate pair")
    return text


Name = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(_storable)]
"""A name in a query: at most :data:`LONGEST` characters that a database can hold."""


def refuse_request(_: Request, error: Exception) -> JSONResponse:
    """Answer 422 with the place and the reason of each mistake.

    FastAPI's own handler repeats the input as well, which fails where JSON cannot hold it (``NaN``, half a surrogate pair).
    """
    mistakes = error.errors() if isinstance(error, RequestValidationError) else []
    told = [
        {"loc": [_shown(part) for part in mistake["loc"]], "msg": _shown(mistake["msg"]), "type": mistake["type"]} for mistake in mistakes
    ]
    return JSONResponse({"detail": told}, 422)


def _shown(part: object) -> str | int:
    if isinstance(part, int):
        return part
    return str(part).encode(errors="backslashreplace").decode()[:LONGEST]
