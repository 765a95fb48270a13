"""YAML with the line of each value, from a file that is not trusted: it creates no object, has no aliases and no key twice."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from airflow_dre.declaring.slips import nearest
from airflow_dre.errors import DefinitionError, Problem

MOST_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True)
class Placed:
    """A value of a file, with its place."""

    file: str
    line: int
    path: str
    """Keys that lead to it, for example ``spec.objectives[0].target``."""
    value: object
    """Text as it is written, None, a list of values, or a dict of values by key."""

    def problem(self, allowed: str, key: str | None = None) -> Problem:
        """Return what is wrong with the value, or with one of its keys."""
        found = self.get(key) if key is not None else None
        at = found or self
        shown = at.plain if found is not None or key is None else None
        return Problem(f"{self.file}:{at.line}", f"{self.path}.{key}".lstrip(".") if key else self.path, shown, allowed)

    def refuse(self, allowed: str, key: str | None = None) -> DefinitionError:
        """Return the error about the value, or about one of its keys."""
        return DefinitionError([self.problem(allowed, key)])

    def get(self, key: str | None) -> Placed | None:
        """Return the value of a key, or None where it is missing or empty."""
        found = self.value.get(key) if isinstance(self.value, dict) else None
        return found if isinstance(found, Placed) and found.value is not None else None

    def need(self, key: str, allowed: str) -> Placed:
        """Return the value of a key.

        :raises DefinitionError: it is missing.
        """
        found = self.get(key)
        if found is None:
            raise self.refuse(allowed, key)
        return found

    def keys(self, allowed: tuple[str, ...]) -> list[Problem]:
        """Return a problem for each key that is not allowed, and one where it is no mapping."""
        if not isinstance(self.value, dict):
            return [self.problem(f"a mapping with the keys {', '.join(allowed)}")]
        problems = []
        for key in self.value:
            if key not in allowed:
                near = nearest(key, allowed)
                problems.append(self.problem(f"{f'did you mean {near}? ' if near else ''}{', '.join(allowed)}", str(key)))
        return problems

    @property
    def text(self) -> str:
        """The text of a scalar.

        :raises DefinitionError: it is a list or a mapping.
        """
        if not isinstance(self.value, str):
            raise self.refuse("one value")
        return self.value

    @property
    def items(self) -> list[Placed]:
        """The values of a list.

        :raises DefinitionError: it is no list.
        """
        if not isinstance(self.value, list):
            raise self.refuse("a list")
        return [item for item in self.value if isinstance(item, Placed)]

    @property
    def plain(self) -> object:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: item.plain for key, item in self.value.items()}
        return [item.plain for item in self.items] if isinstance(self.value, list) else self.value


def read_placed(text: str, file: str) -> list[Placed]:
    """Return the documents of a file.

    :raises DefinitionError: it is not YAML, is too long, or holds an alias or a key twice.
    """
    if len(text) > MOST_CHARACTERS:
        raise DefinitionError.about(file, "text", f"{len(text)} characters", f"at most {MOST_CHARACTERS:,} characters")
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise DefinitionError.about(file, "text", "an alias", "YAML without aliases (*name)")
        return [_placed(node, file, "") for node in yaml.compose_all(text, yaml.SafeLoader) if node is not None]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = file if mark is None else f"{file}:{mark.line + 1}"
        raise DefinitionError.about(place, "text", " ".join(str(getattr(error, "problem", error)).split()), "YAML") from error


def _placed(node: yaml.Node, file: str, path: str) -> Placed:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        empty = node.tag == "tag:yaml.org,2002:null"
        return Placed(file, line, path, None if empty else str(node.value))
    if isinstance(node, yaml.SequenceNode):
        return Placed(file, line, path, [_placed(item, file, f"{path}[{place}]") for place, item in enumerate(node.value)])
    found: dict[str, Placed] = {}
    for key, item in node.value:
        name = str(key.value)
        if name in found:
            raise DefinitionError.about(f"{file}:{key.start_mark.line + 1}", f"{path}.{name}".lstrip("."), "twice", "each key once")
        found[name] = _placed(item, file, f"{path}.{name}".lstrip("."))
    return Placed(file, line, path, found)
