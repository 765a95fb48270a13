"""YAML of a dbt project, which is not trusted: it creates no object, and cannot grow while it is read."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

import yaml

from airflow_dre.errors import DefinitionError, Problem

ALLOWED = "the properties of a dbt project (a schema.yml): its path, its text, or its content as a dict"
MOST_CHARACTERS = 5_000_000
MOST_NODES = 200_000
"""Every alias is counted as often as it is used."""
DEEPEST = 60
"""Levels of nesting."""


class _Strict(yaml.SafeLoader):
    """A loader that refuses a duplicate key, of which YAML's own uses the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        seen: set[object] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"duplicate key {key.value!r}", key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(properties: object) -> object:
    """Return the content of a path, of text, or of a dict that was read before.

    :raises DefinitionError: the file does not exist, or is not YAML, or is too large.
    """
    if not isinstance(properties, (str, Path)):
        return properties
    text = str(properties)
    if isinstance(properties, Path) or ("\n" not in text and ":" not in text.replace(":\\", "").replace("://", "")):
        try:
            text = Path(properties).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise _refused(str(properties), str(error)) from error
    if len(text) > MOST_CHARACTERS:
        raise _refused(text[:80], f"more than {MOST_CHARACTERS:,} characters")
    loader = _Strict(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _refuse_growth(node, text)
        content: object = loader.construct_document(node)
        return content
    except (yaml.YAMLError, ValueError) as error:
        raise _refused(text[:80], f"not YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise _refused(text[:80], f"nested more than {DEEPEST} levels deep") from error
    finally:
        loader.dispose()


def _refuse_growth(root: yaml.Node, text: str) -> None:
    """Refuse too many nodes, counted as often as they would be read, and too many levels."""
    sizes: dict[int, int] = {}
    open_now: set[int] = set()

    def size(node: yaml.Node, depth: int) -> int:
        if depth > DEEPEST:
            raise _refused(text[:80], f"nested more than {DEEPEST} levels deep")
        if id(node) in open_now:
            raise _refused(text[:80], "an alias that holds itself")
        if id(node) not in sizes:
            open_now.add(id(node))
            children = [] if isinstance(node, yaml.ScalarNode) else node.value
            flat = [child for pair in children for child in pair] if isinstance(node, yaml.MappingNode) else children
            sizes[id(node)] = 1 + sum(size(child, depth + 1) for child in flat)
            open_now.discard(id(node))
            if sizes[id(node)] > MOST_NODES:
                raise _refused(text[:80], f"more than {MOST_NODES:,} nodes, with every use of an alias")
        return sizes[id(node)]

    size(root, 0)


def _refused(value: str, why: str) -> DefinitionError:
    return DefinitionError([Problem("from_dbt", "properties", value, f"{ALLOWED} ({why})")])
