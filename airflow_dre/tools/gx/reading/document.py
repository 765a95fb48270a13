"""The expectations of a Great Expectations suite in any of its forms.

A suite is an ``ExpectationSuite``, its JSON, the text or path of a file with it, or a list of expectations. An expectation is an object,
or a dict in the form of 1.x (``type``) or of 0.x (``expectation_type``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.tools.expectations.expectation import Expectation

ALLOWED = "an ExpectationSuite, its JSON as a dict, as text or as the path of a file, or a list of expectations"


@runtime_checkable
class _Described(Protocol):
    """An object with a description in JSON values."""

    def to_json_dict(self) -> dict[str, object]: ...


@runtime_checkable
class _Configured(Protocol):
    """An expectation of Great Expectations 1.x, with its configuration."""

    @property
    def configuration(self) -> _Described: ...


def read_suite(suite: object) -> tuple[Expectation, ...]:
    """Return the expectations of a suite in their order.

    :raises DefinitionError: it is not a suite or a file with one.
    """
    return tuple(_expectation(item, place) for place, item in enumerate(_items(suite)))


def _items(suite: object) -> Iterable[object]:
    if isinstance(suite, (str, Path)):
        return _items(_parsed(suite))
    if isinstance(suite, (list, tuple)):
        return suite
    content = _as_mapping(suite)
    if content is None:
        raise _refused("suite", suite, ALLOWED)
    listed = content.get("expectations")
    if isinstance(listed, (list, tuple)):
        return listed
    if "type" in content or "expectation_type" in content:
        return [content]
    raise _refused("suite", suite, f"{ALLOWED}; it has no 'expectations'")


def _parsed(source: str | Path) -> object:
    """Return the content of JSON text, or of the file of that name."""
    text = str(source)
    if isinstance(source, Path) or not text.lstrip().startswith(("{", "[")):
        try:
            text = Path(source).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise _refused("suite", str(source), f"{ALLOWED} ({error})") from error
    try:
        content: object = json.loads(text)
    except ValueError as error:
        raise _refused("suite", str(source)[:80], f"{ALLOWED} (not JSON: {error})") from error
    if isinstance(content, str):
        raise _refused("suite", content, ALLOWED)
    return content


def _as_mapping(item: object) -> Mapping[str, object] | None:
    if isinstance(item, Mapping):
        return item
    if isinstance(item, _Configured):
        return item.configuration.to_json_dict()
    return item.to_json_dict() if isinstance(item, _Described) else None


def _expectation(item: object, place: int) -> Expectation:
    content = _as_mapping(item)
    kind = None if content is None else content.get("type", content.get("expectation_type"))
    if content is None or not isinstance(kind, str):
        raise _refused(
            f"expectations[{place}]", item, "an expectation: an object of Great Expectations, or a dict with 'type' and 'kwargs'"
        )
    kwargs, meta = content.get("kwargs"), content.get("meta")
    if kwargs is not None and not isinstance(kwargs, Mapping):
        raise _refused(f"expectations[{place}] {kind}", kwargs, "kwargs: a dict of arguments")
    about = meta if isinstance(meta, Mapping) else {}
    return Expectation(
        place=place,
        type=kind,
        kwargs=kwargs or {},
        severity=content.get("severity"),
        name=_text(about.get("name")),
        description=_text(content.get("description")) or _text(content.get("notes")) or _text(about.get("notes")),
    )


def _text(value: object) -> str | None:
    """Return a text. Notes of 0.x are a list of lines, or a dict with such a list as ``content``."""
    if isinstance(value, Mapping):
        return _text(value.get("content"))
    if isinstance(value, (list, tuple)):
        return "\n".join(str(line) for line in value).strip() or None
    return (value.strip() or None) if isinstance(value, str) else None


def _refused(subject: str, value: object, allowed: str) -> DefinitionError:
    return DefinitionError(
        [Problem("from_gx" if subject == "suite" else subject, "suite" if subject == "suite" else "expectation", value, allowed)]
    )
