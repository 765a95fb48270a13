"""Every pattern of the package, as the package uses it: the time grows with the text, whatever the text is."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from re import _constants, _parser  # type: ignore[attr-defined]

import pytest

import airflow_dre

LENGTH = 8_000
"""Characters of a text that a pattern is tried on."""
ALLOWED = 0.2
"""Seconds of the processor for it: most patterns need a thousandth, and one that grows with the square needs more than this."""
NOT_OF_DATA = ("airflow_dre.store.migrations", "airflow_dre.ui")
AT_ONE_PLACE = {"match", "fullmatch"}
"""Ways to use a pattern that try one beginning only. Whether many places are tried is a matter of the masks as a whole."""


def modules() -> Iterator[str]:
    """Yield every module of the package that can be imported here."""
    for found in pkgutil.walk_packages(airflow_dre.__path__, "airflow_dre."):
        if not found.name.startswith(NOT_OF_DATA):
            yield found.name


def patterns_in(value: object) -> Iterator[re.Pattern[str]]:
    """Yield patterns in a value of a module: alone, or in tuples, lists and dicts."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (tuple, list, set, frozenset)):
        for item in value:
            yield from patterns_in(item)
    elif isinstance(value, dict):
        yield from patterns_in(tuple(value.values()))


def every_pattern() -> dict[str, re.Pattern[str]]:
    """Return all patterns at the level of a module by their place."""
    found: dict[str, re.Pattern[str]] = {}
    known = set()
    for name in modules():
        try:
            module = importlib.import_module(name)
        except ImportError:  # an extra that is not installed
            continue
        for variable, value in vars(module).items():
            for number, pattern in enumerate(patterns_in(value)):
                if isinstance(pattern.pattern, str) and (variable, pattern) not in known:
                    known.add((variable, pattern))
                    found[f"{name}.{variable}[{number}]"] = pattern
    return found


PATTERNS = every_pattern()


@cache
def used_in(module: str) -> dict[str, set[str]]:
    """Return the attributes of each name that a module reads."""
    used: dict[str, set[str]] = defaultdict(set)
    for node in ast.walk(ast.parse(inspect.getsource(sys.modules[module]))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            used[node.value.id].add(node.attr)
    return used


def looks_everywhere(name: str) -> bool:
    """Return whether a pattern is looked for at every place of a text: also where the walk does not see how it is used."""
    module, _, variable = name.partition("[")[0].rpartition(".")
    used = used_in(module)[variable] - {"pattern", "groups", "groupindex"}
    return not used or not used <= AT_ONE_PLACE


def pieces_of(pattern: re.Pattern[str]) -> list[str]:
    """Return texts that keep a pattern busy: its literals, one character of each of its classes, and both in a row."""
    literals: list[str] = []
    classes: list[str] = []

    def walk(parsed: object) -> None:
        word = ""
        for code, value in parsed:  # type: ignore[attr-defined]
            if code is _constants.LITERAL:
                word += chr(value)
                continue
            literals.append(word)
            word = ""
            if code in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
                walk(value[2])
            elif code is _constants.SUBPATTERN:
                walk(value[3])
            elif code is _constants.BRANCH:
                for branch in value[1]:
                    walk(branch)
            elif code in (_constants.ASSERT, _constants.ASSERT_NOT):
                walk(value[1])
            elif code is _constants.ATOMIC_GROUP:
                walk(value)
            elif code is _constants.IN:
                classes.extend(member_of(value))
            elif code in (_constants.ANY, _constants.NOT_LITERAL):
                classes.append("b")
        literals.append(word)

    walk(_parser.parse(pattern.pattern, pattern.flags))
    words = [word for word in dict.fromkeys(literals) if word][:16]
    signs = list(dict.fromkeys(classes))[:8]
    together = (word + sign for word in words[:8] for sign in signs[:4])
    return [piece for piece in dict.fromkeys([*words, *signs, *together, "".join(words[:4]), *GENERAL]) if piece]


def member_of(members: object) -> list[str]:
    """Return the characters of a class, or two that a negated class may take."""
    found = []
    for code, value in members:  # type: ignore[attr-defined]
        if code is _constants.NEGATE:
            return ["b", "1"]
        if code is _constants.LITERAL:
            found.append(chr(value))
        elif code is _constants.RANGE:
            found.append(chr(value[0]))
        elif code is _constants.CATEGORY:
            found.append({"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}.get(str(value), "b"))
    return found[:6]


GENERAL = ("a", "1", " ", "\n", "a ", "a.", '"', "'", "\\", "@", "://a:", "a=", "(1 - ", "-")


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_is_linear(name: str) -> None:
    pattern, everywhere = PATTERNS[name], looks_everywhere(name)
    for piece in pieces_of(pattern):
        text = piece * (LENGTH // len(piece)) + "\x00"  # the end suits no pattern, so that one that can go back does
        assert seconds(pattern, text, everywhere) < ALLOWED, (piece, len(text))


def seconds(pattern: re.Pattern[str], text: str, everywhere: bool) -> float:
    """Time of the processor: a busy machine changes little."""
    begun = time.process_time()
    pattern.fullmatch(text)
    if everywhere:
        for _ in pattern.finditer(text):
            pass
    return time.process_time() - begun


def test_the_patterns_of_the_package_are_found() -> None:
    assert len(PATTERNS) > 150
    several = (
        "privacy.masking._QUOTED",
        "engines.transactions._VALUES",
        "engines.spark.errors._TAIL",
        "tools.dbt.artifacts.verdicts._QUOTED",
    )
    for known in several:
        assert any(known in name for name in PATTERNS), known


@pytest.mark.parametrize("pattern", [r"a*$", r"\w+\s*=", r"(?:\s|b)+;"])
def test_patterns_that_grow_faster_are_seen(pattern: str) -> None:
    slow = re.compile(pattern)
    times = [seconds(slow, piece * (LENGTH // len(piece)) + "\x00", everywhere=True) for piece in pieces_of(slow)]
    assert max(times) > ALLOWED / 2
