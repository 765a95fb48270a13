"""SQL as a Dag author wrote it, which reaches the database letter by letter: what has to be changed is changed by its position."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import ParseError, exp, parse
from sqlglot.dialects.dialect import Dialect as SqlglotDialect
from sqlglot.tokenizer_core import Token, TokenType

from airflow_dre.checks.standard_sql import StandardSql

_BLOCK = r"/\*(?:(?!/\*|\*/).)*\*/"
_LINE = r"--[^\n]*(?:\n|\Z)"
_GAPS = {
    "mysql": rf"(?:\s|--(?=\s|\Z)[^\n]*(?:\n|\Z)|\#[^\n]*(?:\n|\Z)|(?!/\*M?!){_BLOCK})*",
    "bigquery": rf"(?:\s|{_LINE}|\#[^\n]*(?:\n|\Z)|{_BLOCK})*",
    "snowflake": rf"(?:\s|{_LINE}|//[^\n]*(?:\n|\Z)|{_BLOCK})*",
}
_GAP = rf"(?:\s|{_LINE}|{_BLOCK})*"
"""Separators of two words: spaces and comments that every version of the database takes for comments."""
_LINE_COMMENTS = ("--", "#", "//")


_OWN_OPERATORS = ("postgres", "redshift", "duckdb")
"""Dialects in which operators are made of any signs."""
_OPERATOR = re.compile(r"[-+*/<>=~!@#%^&|?]+")
_BEFORE_OPERANDS = {"(", ",", "[", "AND", "OR", "NOT", "WHERE", "ON", "SELECT", "WHEN", "THEN", "ELSE", "BETWEEN", "IN", "LIKE", "HAVING"}


class Hidden(ValueError):
    """SQL that the database may read differently than the parser, and the place of the difference."""


@dataclass(frozen=True, slots=True)
class Written:
    """SQL of a Dag author."""

    text: str
    """As it was written, without the semicolon at its end and what follows that."""
    dialect: str
    """The name of the dialect in sqlglot."""
    tree: exp.Expr
    """The tree of the parser, for inspection and not for rendering."""
    main: int | None = None
    """Where the SELECT begins that follows a WITH."""
    is_ours: bool = False
    """True if this package wrote it, in standard SQL that is rendered for the database."""

    def sql(self) -> exp.Expr:
        """Return a node that is rendered as the text itself, or as the database spells what this package wrote."""
        return self.tree.copy() if self.is_ours else exp.Var(this=self.text)

    def in_parentheses(self) -> exp.Expr:
        """Return the text in parentheses, for a place beside other conditions, or a bare column unchanged."""
        return self.sql() if isinstance(self.tree, exp.Column) else exp.paren(self.sql())

    def selected_from(self, alias: str, build: Callable[[exp.Table], exp.Expr]) -> exp.Expr:
        """Return a query over the rows of this SELECT.

        :param build: makes the query of the SELECT as a source that is called ``alias``.
        """
        if self.dialect != "tsql" or self.main is None:
            return build(_source(self.text, alias))
        # SQL Server reads WITH only where a statement begins.
        inner = build(_source(self.text[self.main :], alias)).sql(dialect=self.dialect)
        return exp.Var(this=f"{self.text[: self.main]}{inner}")


def written_in(text: str, dialect: str) -> tuple[Written, list[exp.Expr | None]]:
    """Read a text: the SQL to be sent, and every statement that the parser finds in it.

    :raises sqlglot.errors.TokenError: they are no words of the dialect.
    :raises sqlglot.errors.ParseError: they are no SQL.
    :raises Hidden: something between them is no plain comment.
    """
    if isinstance(text, StandardSql):
        known = parse(text)
        return Written(text, dialect, known[0] if known and known[0] is not None else exp.Null(), is_ours=True), list(known)
    tokens = SqlglotDialect.get_or_raise(dialect).tokenize(text)
    words = list(tokens)
    while words and words[-1].token_type is TokenType.SEMICOLON:
        words.pop()
    _refuse_gaps(text, tokens, dialect)
    end = tokens[len(words)].start if len(words) < len(tokens) else len(text)
    kept, main = text[:end].rstrip(), _main(words)
    comment = kept[words[-1].end + 1 :] if words else ""
    if main is not None:
        main += len(_with_backticks(kept[:main], [word for word in words if word.start < main], dialect)) - main
    kept = _with_backticks(kept, words, dialect)
    if any(mark in comment for mark in _LINE_COMMENTS):
        kept += "\n"  # or the comment would go on with what follows
    trees = _parsed(kept, dialect)
    return Written(kept, dialect, trees[0] if trees and trees[0] is not None else exp.Null(), main), trees


def _parsed(text: str, dialect: str) -> list[exp.Expr | None]:
    """Return every statement of a text. Where the parser does not know an operator of PostgreSQL, it is given one that it knows."""
    try:
        return list(parse(text, read=dialect))
    except ParseError:
        if dialect not in _OWN_OPERATORS:
            raise
        known = _with_known_operators(text, SqlglotDialect.get_or_raise(dialect).tokenize(text))
        if known == text:
            raise
        return list(parse(known, read=dialect))


def _with_known_operators(text: str, words: Sequence[Token]) -> str:
    """Put ``||`` in place of each operator of several signs, and nothing in place of one that precedes its only operand."""
    found: list[tuple[int, int, bool]] = []
    end, operand_before = -1, False
    for word in words:
        given = text[word.start : word.end + 1]
        if _OPERATOR.fullmatch(given) is None:
            operand_before = given.upper() not in _BEFORE_OPERANDS
        elif found and word.start == end:
            found[-1] = (found[-1][0], word.end + 1, found[-1][2])
        else:
            found.append((word.start, word.end + 1, operand_before))
            operand_before = False
        end = word.end + 1 if _OPERATOR.fullmatch(given) else -1
    for start, stop, binary in reversed(found):
        if stop - start > 1 or text[start:stop] == "@":
            text = f"{text[:start]} {'||' if binary else ''} {text[stop:]}"
    return text


def _refuse_gaps(text: str, tokens: Sequence[Token], dialect: str) -> None:
    """Refuse what one reader takes for a comment and another for SQL: comments in comments, and those that MySQL runs."""
    between = re.compile(_GAPS.get(dialect, _GAP), re.DOTALL)
    position = 0
    for start, end in [*((token.start, token.end + 1) for token in tokens), (len(text), len(text))]:
        if not between.fullmatch(text, position, start):
            raise Hidden(f"only plain comments without a comment in them, and not {text[position:start].strip()!r}")
        position = end


def _with_backticks(text: str, words: Sequence[Token], dialect: str) -> str:
    """Put names in double quotes into backticks: in double quotes, SQLite takes an unknown name for a text."""
    if dialect != "sqlite":
        return text
    for word in reversed(words):
        given = text[word.start : word.end + 1]
        if word.token_type is TokenType.IDENTIFIER and given.startswith('"'):
            name = given[1:-1].replace('""', '"').replace("`", "``")
            text = f"{text[: word.start]}`{name}`{text[word.end + 1 :]}"
    return text


def _main(words: Sequence[Token]) -> int | None:
    """Find where the first SELECT outside of parentheses begins that follows a WITH."""
    if not words or words[0].token_type is not TokenType.WITH:
        return None
    depth = 0
    for word in words:
        depth += (word.token_type is TokenType.L_PAREN) - (word.token_type is TokenType.R_PAREN)
        if depth == 0 and word.token_type is TokenType.SELECT:
            return int(word.start)
    return None


def _source(text: str, alias: str) -> exp.Table:
    """Return a SELECT in parentheses as a source, which sqlglot must not take apart to spell it for some databases."""
    return exp.Table(this=exp.Var(this=f"({text})"), alias=exp.TableAlias(this=exp.to_identifier(alias)))
