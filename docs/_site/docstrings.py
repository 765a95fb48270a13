"""Griffe extension that turns the reStructuredText of our docstrings into Markdown."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

from griffe import (
    Class,
    Docstring,
    DocstringParameter,
    DocstringSectionKind,
    DocstringSectionParameters,
    Extension,
    Function,
    Object,
    Parameter,
)

ROLE = re.compile(r":(?:class|func|meth|mod|attr|data|exc):`~?([^`]+)`")
CHECKS = "airflow_dre.checks"
REQUIRED = "REQUIRED"
"""Our marker of an argument without a default."""
DOCS = Path(__file__).parents[1]
ROW = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \|(?:[^|\n]*\|)*? ([^|\n]+) \| ([^|\n]+) \|$", re.MULTILINE)
LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")
BLOCK = re.compile(r"::\n\n((?:    .*\n|\n)+)")


def as_markdown(text: str) -> str:
    """Return a docstring with roles as code and literal blocks as fenced ones."""

    def fenced(found: re.Match[str]) -> str:
        return f":\n\n```python\n{textwrap.dedent(found[1]).strip()}\n```\n\n"

    text = BLOCK.sub(fenced, f"{text}\n").rstrip()
    return ROLE.sub(r"`\1`", text)


def options_of(page: Path) -> dict[str, tuple[str, str]]:
    """Return default and meaning of every argument in the tables of a page."""
    rows = ROW.findall(page.read_text())
    return {name: (default.strip("`"), LINK.sub(r"\1", meaning)) for names, default, meaning in rows for name in re.findall(r"\w+", names)}


OPTIONS = options_of(DOCS / "checks.md")
"""Default and meaning of the options of every check."""


def parameters_section(docstring: Docstring) -> DocstringSectionParameters:
    """Return the section of a docstring that describes parameters, and add it if it is missing."""
    for section in docstring.parsed:
        if isinstance(section, DocstringSectionParameters):
            return section
    added = DocstringSectionParameters([])
    docstring.parsed.append(added)
    return added


def parameters_of(kind: Class) -> dict[str, Parameter]:
    """Return the constructor parameters of a class and of its bases within the package, the nearest first."""
    found: dict[str, Parameter] = {}
    for each in [kind, *kind.mro()]:
        constructor = each.members.get("__init__")
        if isinstance(constructor, Function):
            found = {**{parameter.name: parameter for parameter in constructor.parameters}, **found}
    return found


def described(docstring: Docstring) -> list[DocstringParameter]:
    """Return the parameters that a docstring describes."""
    return [item for section in docstring.parsed if section.kind is DocstringSectionKind.parameters for item in section.value]


class Docstrings(Extension):
    """Rewrites every docstring before it is parsed, and completes the tables of parameters that were parsed."""

    def on_instance(self, *, obj: Object, **_: Any) -> None:
        """Rewrite the docstring of an object."""
        if obj.docstring:
            obj.docstring.value = as_markdown(obj.docstring.value)

    def on_class(self, *, cls: Class, **_: Any) -> None:
        """Complete the arguments of a class by the declarations of its bases."""
        constructor = cls.members.get("__init__")
        for parameter in constructor.parameters if isinstance(constructor, Function) else ():
            if str(parameter.default) == REQUIRED:
                parameter.default = None
        if not cls.docstring:
            return
        known = parameters_of(cls)
        for item in described(cls.docstring):
            declared = known.get(item.name)
            if declared is not None and item.annotation is None:
                item.annotation, item.value = declared.annotation, declared.default
            if str(item.value) == REQUIRED:
                item.value = None

    def on_function(self, *, func: Function, **_: Any) -> None:
        """Complete the arguments of a check by the tables of the documentation."""
        page = DOCS / "checks" / f"{func.name}.md"
        if not func.docstring or not page.exists() or not func.module.path.startswith(CHECKS):
            return
        own = options_of(page)
        known = {item.name.lstrip("*"): item for item in described(func.docstring)}
        for parameter in reversed(list(func.parameters)):
            if parameter.name not in known:
                added = DocstringParameter(parameter.name, description="", annotation=parameter.annotation, value=parameter.default)
                parameters_section(func.docstring).value.insert(0, added)
                known[parameter.name] = added
        for name, item in known.items():
            default, meaning = own.get(name) or OPTIONS.get(name) or ("not set", "")
            item.description = item.description or meaning
            item.value = default if item.value == "..." else item.value
