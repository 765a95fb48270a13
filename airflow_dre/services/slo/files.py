"""SLAs in YAML files of a folder. A mistake names its file, line and key, and costs the SLAs of no other file."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from airflow_dre.declaring.calls import unknown_problems
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.services.slo.declared_sla import DeclaredSla, read_declared_sla

SUFFIXES = (".yaml", ".yml")
LARGEST_FILE = 1_000_000
"""Most bytes of a file."""
_KEYS = ("slas",)
_OPENSLO = re.compile(r"^apiVersion:\s*[\"']?openslo/", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FileSla:
    """An SLA of a file."""

    declared: DeclaredSla
    source: str
    """Its file, relative to the folder, and line."""


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A mistake in a file."""

    file: str
    line: int
    problem: Problem

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}"


@dataclass(slots=True)
class SlaFiles:
    """The SLAs of a folder, and the mistakes in it."""

    slas: list[FileSla] = field(default_factory=list)
    problems: list[FileProblem] = field(default_factory=list)


def read_sla_files(folder: Path) -> SlaFiles:
    """Read the SLAs of all YAML files below a folder.

    Of SLAs with one name the first counts, by the order of their files.
    """
    found = SlaFiles()
    if not folder.is_dir():
        found.problems.append(FileProblem(str(folder), 1, Problem("[dre] slas_folder", "folder", str(folder), "a folder that exists")))
        return found
    for path in sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file()):
        _read_file(path, str(path.relative_to(folder)), found)
    return found


def is_openslo_text(text: str) -> bool:
    """Return whether a file is one of OpenSLO, and not one of SLAs."""
    return _OPENSLO.search(text) is not None


def stamp_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return names, sizes and times of the YAML files below a folder, which differ where one of them changed."""
    files = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES):
        try:
            status = path.stat()
        except OSError:  # it was removed meanwhile
            continue
        files.append((str(path), status.st_size, status.st_mtime_ns))
    return tuple(files)


def _read_file(path: Path, name: str, found: SlaFiles) -> None:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _Unreadable(1, Problem(name, "file", f"{path.stat().st_size} bytes", f"at most {LARGEST_FILE} bytes"))
        text = path.read_text(encoding="utf-8")
        if is_openslo_text(text):
            return  # it holds SLOs, which others read
        node = _compose(text, name)
        for sla in _items(node, name, found):
            _read_one(sla, name, found)
    except _Unreadable as error:
        found.problems.append(FileProblem(name, error.line, error.problem))
    except (OSError, UnicodeDecodeError) as error:
        found.problems.append(FileProblem(name, 1, Problem(name, "file", str(error), "a file that can be read as UTF-8")))


class _Unreadable(Exception):
    """A file of which nothing can be read."""

    def __init__(self, line: int, problem: Problem) -> None:
        super().__init__(str(problem))
        self.line = line
        self.problem = problem


class _Loader(yaml.SafeLoader):
    """YAML without numbers of base 60, so that 10:30 is a time of day and not 630."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":int", ":float"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+\.[0-9]*$"), list("-+0123456789"))


def _compose(text: str, name: str) -> yaml.Node | None:
    """Return the tree of a file.

    :raises _Unreadable: it is not YAML, or uses aliases, whose contents can grow without bound.
    """
    try:
        for event in yaml.parse(text, _Loader):
            if isinstance(event, yaml.AliasEvent):
                line = 1 if event.start_mark is None else event.start_mark.line + 1
                raise _Unreadable(line, Problem(name, "alias", f"*{event.anchor}", "YAML without aliases"))
        return yaml.compose(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.context_mark if error.problem_mark is None else error.problem_mark
        line = 1 if mark is None else mark.line + 1
        raise _Unreadable(line, Problem(name, "yaml", error.problem or "", "well-formed YAML")) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise _Unreadable(1, Problem(name, "yaml", str(error), "well-formed YAML")) from None


def _items(node: yaml.Node | None, name: str, found: SlaFiles) -> Iterable[yaml.MappingNode]:
    """Return the SLAs of a file: the items of its key ``slas``."""
    if node is None:
        return []
    allowed = "a mapping with the key slas, which holds a list of SLAs"
    if not isinstance(node, yaml.MappingNode):
        raise _Unreadable(node.start_mark.line + 1, Problem(name, "file", _shown(node), allowed))
    items: list[yaml.MappingNode] = []
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.value not in _KEYS:
            found.problems += [FileProblem(name, line, each) for each in unknown_problems(name, {str(key.value): _shown(value)}, _KEYS)]
        elif not isinstance(value, yaml.SequenceNode):
            found.problems.append(FileProblem(name, line, Problem(name, "slas", _shown(value), "a list of SLAs")))
        else:
            for item in value.value:
                if isinstance(item, yaml.MappingNode):
                    items.append(item)
                else:
                    problem = Problem(name, "slas", _shown(item), "SLAs as mappings, each with a name")
                    found.problems.append(FileProblem(name, item.start_mark.line + 1, problem))
    return items


def _read_one(node: yaml.MappingNode, name: str, found: SlaFiles) -> None:
    start = node.start_mark.line + 1
    lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}
    keys = [str(key.value) for key, _ in node.value]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        found.problems += [FileProblem(name, lines[key], Problem(name, key, "twice", "each key once")) for key in sorted(twice)]
        return
    try:
        declared = read_declared_sla(_arguments(node))
    except DefinitionError as error:
        found.problems += [FileProblem(name, lines.get(problem.argument, start), problem) for problem in error.problems]
        return
    except (yaml.YAMLError, ValueError) as error:
        found.problems.append(FileProblem(name, start, Problem(name, "slas", str(error), "values that YAML can hold")))
        return
    same = next((other for other in found.slas if other.declared.name == declared.name), None)
    if same is not None:
        allowed = f"a name that no other SLA has; {same.source} has it"
        problem = Problem(f"FreshnessSLA {declared.name}", "name", declared.name, allowed)
        found.problems.append(FileProblem(name, lines.get("name", start), problem))
        return
    found.slas.append(FileSla(declared, f"{name}:{start}"))


def _arguments(node: yaml.MappingNode) -> Mapping[str, object]:
    constructor = _Loader("")
    try:
        built: dict[Hashable, object] = constructor.construct_mapping(node, deep=True)
    finally:
        constructor.dispose()
    return {str(key): value for key, value in built.items()}


def _shown(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else f"(a {'list' if isinstance(node, yaml.SequenceNode) else 'mapping'})"
