"""The things whose newest value or event is watched, read from the arguments of a sensor or an SLA.

Every Dag file with one of them imports this module.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from zoneinfo import ZoneInfo

from airflow_dre.declaring.functions import REQUIRED
from airflow_dre.declaring.names import LONGEST_DATASET, LONGEST_SQL, find_name_problems
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.values.instants import read_zone, zone_allowed

ARGUMENTS = ("conn_id", "table", "column", "expression", "partition", "metadata", "where", "time_zone", "file", "asset", "dag")
"""The arguments that name a target."""
_KINDS = ("table", "file", "asset", "dag")
_VALUES = ("column", "expression", "partition", "metadata")
_OF_A_TABLE = ("conn_id", *_VALUES, "where", "time_zone")
_TEXT = "text that is not empty"
_OWN_METADATA = True
"""The value of ``metadata`` for the time of the last change that the database itself keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _InWarehouse:
    """A table of a connection."""

    conn_id: str
    table: str
    time_zone: str | None = None
    """IANA name of the time zone of values without one. None: UTC."""

    @property
    def place(self) -> str:
        """The place that one query asks: the connection."""
        return f"connection {self.conn_id!r}"

    @property
    def watched(self) -> str:
        """Connection and table, which identify what an SLA is about."""
        return f"{self.conn_id}/{self.table}"

    @property
    def shown(self) -> str:
        """Its name in messages."""
        return self.table

    @property
    def zone(self) -> ZoneInfo | None:
        """The time zone of values without one. None: UTC."""
        return None if self.time_zone is None else read_zone(self.time_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableTarget(_InWarehouse):
    """The newest value of a timestamp column of a table, or of an expression about one row."""

    column: str | None = None
    expression: str | None = None
    """SQL about one row whose value is its timestamp, instead of a column."""
    where: str | None = None
    """A SQL condition. Only rows that meet it count. None: all rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionTarget(_InWarehouse):
    """The beginning of the newest partition of a table, by the largest value of the column that partitions it."""

    partition: str
    """Column of dates or timestamps, or of texts or whole numbers such as ``2026-01-31``, ``20260131``, ``2026-01`` and ``2026013107``."""
    where: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataTarget(_InWarehouse):
    """The moment of the last change of a table that the database keeps, or that a SELECT of the author finds."""

    metadata: str | None = None
    """A SELECT of one value, the moment of the last change. None: what the database itself keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTarget:
    """The modification time of a file, or of the newest file that a pattern matches, on a disk or in an object store."""

    file: str
    """A path, a pattern, or a URL that ``ObjectStoragePath`` takes."""

    @property
    def place(self) -> str:
        """The place that one query asks: a folder or a bucket."""
        scheme, sign, path = self.file.partition("://")
        return f"files of {scheme}://{path.partition('/')[0]}" if sign else f"files of {os.path.dirname(os.path.abspath(self.file))}"

    @property
    def watched(self) -> str:
        """The path, which identifies what an SLA is about."""
        return f"file/{self.file}"

    @property
    def shown(self) -> str:
        """Its name in messages."""
        return self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetTarget:
    """The last event of an asset."""

    asset: str
    """The URI of the asset, or its name."""

    @property
    def place(self) -> str:
        """The place that one query asks: the results store, where listeners keep the last events."""
        return STORE

    @property
    def watched(self) -> str:
        """The asset, which identifies what an SLA is about."""
        return f"asset/{self.asset}"

    @property
    def shown(self) -> str:
        """Its name in messages."""
        return f"asset {self.asset}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DagTarget:
    """The end of the last successful run of a Dag."""

    dag: str

    @property
    def place(self) -> str:
        """The place that one query asks: the results store, where listeners keep the last runs."""
        return STORE

    @property
    def watched(self) -> str:
        """The Dag, which identifies what an SLA is about."""
        return f"dag/{self.dag}"

    @property
    def shown(self) -> str:
        """Its name in messages."""
        return f"Dag {self.dag}"


STORE = "the results store"
"""The place of targets that listeners record."""
WarehouseTarget = TableTarget | PartitionTarget | MetadataTarget
Target = WarehouseTarget | FileTarget | AssetTarget | DagTarget


def target_arguments(target: Target) -> dict[str, str | bool]:
    """Return the arguments from which :func:`read_target` makes a target, as plain values."""
    given = {field.name: getattr(target, field.name) for field in fields(target)}
    if isinstance(target, MetadataTarget) and target.metadata is None:
        given["metadata"] = _OWN_METADATA
    return {name: value for name, value in given.items() if value is not None}


def read_target(subject: str, given: Mapping[str, object]) -> Target:
    """Read the target of a sensor or an SLA from its arguments. Others are ignored.

    :param subject: object that messages name, for example ``FreshnessSLA orders``.
    :raises DefinitionError: lists every argument that is not what it must be.
    """
    known = {name: plain_argument(name, given.get(name)) for name in ARGUMENTS}
    problems = find_target_problems(subject, known)
    if problems:
        raise DefinitionError(problems)
    texts = {name: str(value) for name, value in known.items() if value is not None and value != "" and not isinstance(value, bool)}
    kind: type[Target] = next(
        (kind for name, kind in _BY_ARGUMENT.items() if known[name] is not None and known[name] is not False), TableTarget
    )
    return kind(**{field.name: texts[field.name] for field in fields(kind) if field.name in texts})


_BY_ARGUMENT: Mapping[str, type[Target]] = {
    "file": FileTarget,
    "asset": AssetTarget,
    "dag": DagTarget,
    "partition": PartitionTarget,
    "metadata": MetadataTarget,
}


def find_target_problems(subject: str, given: Mapping[str, object]) -> list[Problem]:
    """Return every mistake of the arguments that name a target."""
    named = [name for name in _KINDS if given[name] is not None]
    if len(named) > 1:
        return [Problem(subject, name, given[name], f"only one of {_listed(_KINDS)}; {named[0]} is set") for name in named[1:]]
    if named and named != ["table"]:
        return _problems_of_other(subject, given, named[0])
    return [*_problems_of_table(subject, given), *_problems_of_zone(subject, given["time_zone"])]


def _problems_of_other(subject: str, given: Mapping[str, object], kind: str) -> list[Problem]:
    """Return the mistakes of a file, an asset or a Dag, about which no SQL can say more."""
    value = given[kind]
    problems = [] if _is_text(value) else [Problem(subject, kind, value, _TEXT)]
    problems += find_name_problems(subject, {kind: value}, LONGEST_DATASET)
    surplus = {name: given[name] for name in _OF_A_TABLE if given[name] is not None and given[name] is not False}
    return problems + [Problem(subject, name, value, f"no {name} with {kind}: it is only for a table") for name, value in surplus.items()]


def _problems_of_table(subject: str, given: Mapping[str, object]) -> list[Problem]:
    problems = [Problem(subject, name, given[name], _TEXT) for name in ("conn_id", "table") if not _is_text(given[name])]
    column, expression, metadata, where = (given[name] for name in ("column", "expression", "metadata", "where"))
    named = [name for name in _VALUES if given[name] is not None and given[name] is not False]
    if named[1:] == ["expression"] and named[0] == "column" and _is_text(expression):
        problems.append(Problem(subject, "expression", expression, "either column or expression"))
    elif len(named) > 1:
        problems += [Problem(subject, name, given[name], f"only one of {_listed(_VALUES)}; {named[0]} is set") for name in named[1:]]
    elif not named or (named == ["column"] and not _is_text(column)):
        others = "" if named else f", or one of {_listed(_VALUES[1:])}"
        problems.append(Problem(subject, "column", column, f"{_TEXT}{others}"))
    elif named == ["expression"] and not _is_text(expression):
        problems.append(Problem(subject, "expression", expression, "a SQL expression about one row"))
    elif named == ["partition"] and not _is_text(given["partition"]):
        problems.append(Problem(subject, "partition", given["partition"], "the name of the column that partitions the table"))
    elif named == ["metadata"] and metadata is not True and not _is_text(metadata):
        problems.append(Problem(subject, "metadata", metadata, "True, or a SELECT of the moment of the last change"))
    problems += find_name_problems(subject, {"conn_id": given["conn_id"], "column": column, "partition": given["partition"]})
    problems += find_name_problems(subject, {"table": given["table"]}, LONGEST_DATASET)
    problems += find_name_problems(subject, {"where": where, "expression": expression, "metadata": metadata}, LONGEST_SQL)
    if where is not None and not isinstance(where, str):
        problems.append(Problem(subject, "where", where, "a SQL condition"))
    elif where and named == ["metadata"]:
        problems.append(Problem(subject, "where", where, "no where with metadata: it is about the whole table"))
    return problems


def _problems_of_zone(subject: str, zone: object) -> list[Problem]:
    return [] if zone is None or read_zone(zone) is not None else [Problem(subject, "time_zone", zone, zone_allowed(zone))]


def plain_argument(name: str, value: object) -> object:
    """Return an asset by its URI, a Dag by its id and a path as text, and any other value as it is."""
    if value is REQUIRED:
        return None
    if name == "asset" and isinstance(uri := getattr(value, "uri", None), str):
        return uri
    if name == "dag" and isinstance(dag_id := getattr(value, "dag_id", None), str):
        return dag_id
    if name == "file" and value is not None and (isinstance(value, os.PathLike) or _is_object_path(value)):
        return str(value)
    return value


def _is_object_path(value: object) -> bool:
    return any(kind.__name__ == "ObjectStoragePath" and kind.__module__.startswith("airflow.") for kind in type(value).__mro__)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
