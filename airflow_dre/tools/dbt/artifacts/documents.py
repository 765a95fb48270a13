"""Artifacts of dbt as frozen values: the manifest, and the results of one invocation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from airflow_dre.errors import DefinitionError
from airflow_dre.values.instants import format_duration

Read = TypeVar("Read")
SUPPORTED = {"manifest": "v12", "run-results": "v6", "sources": "v3"}
"""The versions of dbt's artifacts that are read: those of dbt 1.8 to 1.11."""
_WRITES = {"manifest": "manifest.json", "run-results": "run_results.json", "sources": "sources.json"}
_VERSION = re.compile(r".*/dbt/([a-z-]+)/(v\d+)\.json")


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """The metadata of an artifact."""

    dbt_schema_version: str
    generated_at: Annotated[datetime, msgspec.Meta(tz=True)]
    dbt_version: str = "unknown"
    invocation_id: str | None = None
    adapter_type: str | None = None
    project_name: str | None = None


class GenericTest(msgspec.Struct, frozen=True, kw_only=True):
    """The generic test that a test is made of."""

    name: str
    namespace: str | None = None
    kwargs: dict[str, Any] = {}


class DependsOn(msgspec.Struct, frozen=True, kw_only=True):
    """The nodes that a node reads."""

    nodes: list[str] = []


class NodeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration of a node."""

    severity: str | None = None
    where: str | None = None
    warn_if: str | None = None
    error_if: str | None = None
    fail_calc: str | None = None
    meta: dict[str, Any] | None = None


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A model, seed, snapshot, source, data test, unit test, or any other node of dbt, such as a hook or an exposure."""

    unique_id: str
    resource_type: str
    name: str
    database: str | None = None
    schema: str | None = None
    alias: str | None = None
    identifier: str | None = None
    source_name: str | None = None
    description: str | None = None
    tags: list[str] = []
    meta: dict[str, Any] | None = None
    config: NodeConfig = NodeConfig()
    group: str | None = None
    column_name: str | None = None
    attached_node: str | None = None
    test_metadata: GenericTest | None = None
    depends_on: DependsOn = DependsOn()


class _Owner(msgspec.Struct, frozen=True, kw_only=True):
    name: str | None = None
    email: str | list[str] | None = None


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group of models, with its owner."""

    name: str
    owner: _Owner = _Owner()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The nodes of a project. Each is decoded on demand, since a manifest may hold many thousands."""

    metadata: Metadata
    nodes: dict[str, msgspec.Raw]
    sources: dict[str, msgspec.Raw] = {}
    unit_tests: dict[str, msgspec.Raw] = {}
    exposures: dict[str, msgspec.Raw] = {}
    saved_queries: dict[str, msgspec.Raw] = {}
    functions: dict[str, msgspec.Raw] = {}
    groups: dict[str, Group] = {}

    def find(self, unique_id: str) -> Node | None:
        """Return a node by its id, or None where it does not exist or cannot be read."""
        for part in (self.nodes, self.sources, self.unit_tests, self.exposures, self.saved_queries, self.functions):
            if (raw := part.get(unique_id)) is not None:
                try:
                    return msgspec.json.decode(raw, type=Node)
                except msgspec.ValidationError:
                    return None
        return None


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A number of minutes, hours or days."""

    count: int | None = None
    period: Literal["minute", "hour", "day"] | None = None


class Criteria(msgspec.Struct, frozen=True, kw_only=True):
    """The longest ages of the newest row of a source."""

    warn_after: Period | None = None
    error_after: Period | None = None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one node, or of the freshness of one source, without rows."""

    unique_id: str
    status: str
    message: str | None = None
    failures: int | float | None = None
    execution_time: float = 0.0
    compiled_code: str | None = None
    error: str | int | None = None
    max_loaded_at_time_ago_in_s: float | None = None
    criteria: Criteria = Criteria()


class _Results(msgspec.Struct, frozen=True, kw_only=True):
    metadata: Metadata
    results: list[Result]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One invocation of dbt: its results and its project."""

    metadata: Metadata
    manifest: Manifest
    results: tuple[Result, ...]
    of_sources: bool = field(default=False)
    """True if the results are of ``dbt source freshness``."""


def read_manifest(content: bytes, path: str, subject: str) -> Manifest:
    """Return the content of ``manifest.json``.

    :param path: its path, for messages.
    :param subject: the caller's name in messages.
    :raises DefinitionError: it is not JSON, not dbt's, or of another version.
    """
    _refuse_version(content, path, subject, "manifest", ("manifest",))
    return _decoded(content, Manifest, path, subject, "manifest")


def read_invocation(results: bytes, results_path: str, manifest: Manifest, manifest_path: str, subject: str) -> Invocation:
    """Return the content of ``run_results.json`` or ``sources.json``, with the manifest.

    :raises DefinitionError: it is not JSON, not dbt's, of another version, or of another invocation than the manifest.
    """
    kind = _refuse_version(results, results_path, subject, "run_results", ("run-results", "sources"))
    found = _decoded(results, _Results, results_path, subject, "run_results")
    ids = found.metadata.invocation_id, manifest.metadata.invocation_id
    of_sources = kind == "sources"
    if ids[0] != ids[1] and not of_sources:  # freshness is often measured by itself, and refers to no tests
        allowed = f"the results of the invocation that wrote {manifest_path} ({ids[1]}): keep both files of one invocation of dbt"
        raise DefinitionError.about(subject, "run_results", f"{results_path} of invocation {ids[0]}", allowed)
    return Invocation(metadata=found.metadata, manifest=manifest, results=tuple(found.results), of_sources=of_sources)


def refuse_stale(invocation: Invocation, since: datetime, path: str, subject: str, began: str) -> None:
    """Refuse results that are older than the run that should have written them.

    :param since: when the run began.
    :param began: the name of the run.
    :raises DefinitionError: dbt wrote the results earlier.
    """
    written = invocation.metadata.generated_at
    if written < since:
        age = f"dbt wrote these at {written.isoformat(timespec='seconds')}, {format_duration(since - written)} before {began} began"
        raise DefinitionError.about(
            subject, "run_results", path, f"results of {began}: {age}. Did dbt run? Set allow_stale=True to accept them"
        )


class _Versioned(msgspec.Struct, frozen=True, kw_only=True):
    metadata: dict[str, Any] = {}


def _refuse_version(content: bytes, path: str, subject: str, argument: str, kinds: tuple[str, ...]) -> str:
    """Return the kind of an artifact."""
    version = _decoded(content, _Versioned, path, subject, argument).metadata.get("dbt_schema_version")
    found = _VERSION.fullmatch(version) if isinstance(version, str) else None
    allowed = " or ".join(f"{kind} {SUPPORTED[kind]} ({_WRITES[kind]} of dbt 1.8 to 1.11)" for kind in kinds)
    if found is None:
        raise DefinitionError.about(subject, argument, path, f"{allowed}: this file has no dbt_schema_version")
    if found[1] not in kinds or found[2] != SUPPORTED[found[1]]:
        raise DefinitionError.about(subject, argument, path, f"{allowed}: this file is {found[1]} {found[2]}")
    return found[1]


def _decoded(content: bytes, kind: type[Read], path: str, subject: str, argument: str) -> Read:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        raise DefinitionError.about(subject, argument, path, f"a file as dbt writes it: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DefinitionError.about(subject, argument, path, f"a whole JSON file: {error}") from error
