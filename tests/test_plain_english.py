"""Plain English, as far as it can be counted: first words of docstrings, semicolons in first lines, and phrases to avoid."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
IMPERATIVES = frozenset((ROOT / "tests" / "data" / "imperatives.txt").read_text().split())
"""First words that the docstring of a function may have. A verb that is missing is added to the file."""
QUESTION = re.compile(r"(What|How|Where|Which|Who|Whose|Whom|When|Why|Whatever|Whoever|Whether)\b")
PHRASES = re.compile(
    r"\b(whoever|whomever|nobody|is none|are none|none is|none are|stands?|stood|besides|tells?|told|gives?|gave|said|says|spoken|comes? by"
    r"|looks? at|looked at|put right|goe?s? aside|put aside|in vain)\b",
    re.IGNORECASE,
)
"""Phrases for which a plain word exists."""
FOLDERS = ["airflow_dre", "benchmarks", "demo", "dags_examples", "tests"]
TEXTS = ["docs", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "airflow_dre/ui/src"]
DATA = {
    "CHANGELOG.md: nobody": "a former value of a field of the API",
    "CHANGELOG.md: told": "a former value of a field of the API",
    "airflow_dre/tools/common_sql/table_statements.py: look at": "part of the name of a check, by which its history is found",
    "tests/checks/kinds/test_distances.py: none is": "the value None in a message",
    "tests/data/store_before_the_house/write.py: put aside": "the words of the version that wrote the store",
    "tests/sql/test_metrics.py: gives": "the name of a golden file",
    "tests/sql/test_quarantine_sql.py: give": "the name of a golden file",
}
"""Phrases that are data or quotations, by ``file: phrase``, each with its reason."""


def sources() -> list[Path]:
    """Return the Python files of the repository, but those of other people that Airflow or npm installs."""
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")) if "node_modules" not in path.parts]


def texts() -> list[Path]:
    """Return the documents, and the sources of the pages."""
    found = [path for name in TEXTS for path in ([ROOT / name] if (ROOT / name).is_file() else sorted((ROOT / name).rglob("*")))]
    return [path for path in found if path.suffix in {".md", ".ts", ".tsx"}]


def docstring_problems(text: str) -> Iterator[str]:
    """Yield each docstring whose first line breaks a rule, with its line."""
    tree = ast.parse(text)
    for line, first in attribute_docs(tree):
        if ";" in first:
            yield f"{line}: a semicolon in the first line about a field: two sentences are easier to read"
        if re.match(r"(What|Who|Whose|Why|Whatever|Whoever|Whether)\b", first):
            yield f"{line}: the text about a field begins with {first.split()[0]!r}: say what it is"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or not (doc := ast.get_docstring(node)):
            continue
        first, line = doc.splitlines()[0], node.body[0].lineno
        if ";" in first:
            yield f"{line}: a semicolon in the first line of a docstring: two sentences are easier to read"
        if QUESTION.match(first):
            yield f"{line}: the docstring begins with {first.split()[0]!r}: say what it does or is"
        elif is_called(node) and re.split(r"[^A-Za-z'-]", first)[0] not in IMPERATIVES:
            yield f"{line}: the docstring of {getattr(node, 'name', '')} begins with {first.split()[0]!r}, which is no imperative verb"


def attribute_docs(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the first line of each text below an assignment, which documents a field or a constant, with its line."""
    for node in ast.walk(tree):
        for assigned, doc in pairwise(getattr(node, "body", None) or []) if isinstance(node, ast.Module | ast.ClassDef) else []:
            is_text = isinstance(doc, ast.Expr) and isinstance(doc.value, ast.Constant) and isinstance(doc.value.value, str)
            if isinstance(assigned, ast.Assign | ast.AnnAssign) and is_text:
                yield doc.lineno, doc.value.value.splitlines()[0]


def is_called(node: ast.AST) -> bool:
    """Return whether a docstring says what a call does: properties are values, and a test states a fact."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("test_"):
        return False
    return not {"property", "cached_property"} & {getattr(mark, "id", getattr(mark, "attr", "")) for mark in node.decorator_list}


def phrases_of_code(text: str) -> Iterator[tuple[int, str]]:
    """Yield each phrase to avoid in comments and texts of a program, with its line."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in {tokenize.COMMENT, tokenize.STRING} or tokenize.tok_name[token.type] == "FSTRING_MIDDLE":
            for found in PHRASES.finditer(token.string):
                yield token.start[0] + token.string[: found.start()].count("\n"), found[0]


def phrases_of_text(text: str) -> Iterator[tuple[int, str]]:
    """Yield each phrase to avoid in a document, code blocks excluded, with its line."""
    in_code = False
    for number, line in enumerate(text.splitlines(), 1):
        in_code ^= line.lstrip().startswith("```")
        if not in_code:
            yield from ((number, found[0]) for found in PHRASES.finditer(line))


def unexcused(path: Path, phrases: Iterator[tuple[int, str]]) -> list[str]:
    """Return the phrases that are not listed as data, as lines for a person."""
    name = str(path.relative_to(ROOT))
    return [f"{line}: {phrase!r}" for line, phrase in phrases if f"{name}: {phrase.lower()}" not in DATA]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_source_is_in_plain_english(path: Path) -> None:
    text = path.read_text()
    own = path == Path(__file__)
    assert [*docstring_problems(text), *([] if own else unexcused(path, phrases_of_code(text)))] == []


@pytest.mark.parametrize("path", texts(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_is_in_plain_english(path: Path) -> None:
    assert unexcused(path, phrases_of_text(path.read_text())) == []


def test_every_excuse_is_needed() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {phrase.lower()}"
        for path in [*sources(), *texts()]
        for _, phrase in (phrases_of_code(path.read_text()) if path.suffix == ".py" else phrases_of_text(path.read_text()))
    }
    assert set(DATA) <= found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param('def f():\n    """What it is."""', "begins with 'What'", id="a question"),
        pytest.param('def f():\n    """The value."""', "no imperative verb", id="a noun phrase of a function"),
        pytest.param('class C:\n    """A value; frozen."""', "semicolon", id="two sentences in the first line"),
        pytest.param('class C:\n    a = 1\n    """A number; not 0."""', "semicolon", id="two sentences about a field"),
        pytest.param('A = 1\n"""What it is."""', "begins with 'What'", id="a question about a constant"),
        pytest.param('A = True\n"""Whether it is."""', "begins with 'Whether'", id="a question about a boolean"),
        pytest.param('class C:\n    """How it works."""', "begins with 'How'", id="a question of a class"),
    ],
)
def test_a_docstring_that_breaks_a_rule_is_found(text: str, problem: str) -> None:
    (found,) = docstring_problems(text)
    assert problem in found


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('def f():\n    """Return it."""', id="an imperative"),
        pytest.param('class C:\n    @property\n    def f(self):\n        """The value."""', id="a property"),
        pytest.param('def test_f():\n    """A fact."""', id="a test"),
    ],
)
def test_a_plain_docstring_is_left_alone(text: str) -> None:
    assert list(docstring_problems(text)) == []
