"""SQL Server 2017 and later, and Azure SQL, where ``json_valid`` needs 2022."""

from __future__ import annotations

from sqlglot import exp

from airflow_dre.checks.rules import TextType
from airflow_dre.sql.catalogue import Owner, information_schema
from airflow_dre.sql.dialect import Aggregates, Catalogue, Dialect, Limits, Literals, Refusal, Texts
from airflow_dre.sql.rendering import call, in_doubles, is_given
from airflow_dre.values.calendar import Unit

_FIRST_DAY = exp.cast(exp.Literal.string("0001-01-01"), "TIMESTAMP")  # a Monday, so that weeks are counted from Mondays
_DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
_HEX = "[0-9a-fA-F]"
_BOOLEANS = ("true", "false", "t", "f", "yes", "no", "y", "n", "on", "off", "1", "0")


def _rewrite(tree: exp.Expr) -> exp.Expr:
    """Replace COUNT, which ends at 2^31 rows, by COUNT_BIG."""
    for count in tree.find_all(exp.Count):
        count.set("big_int", True)
    return tree


def _text(value: str) -> exp.Expr:
    """Return a literal with N outside of ASCII, where one without it is squeezed into the code page of the database."""
    return exp.Literal.string(value) if value.isascii() else exp.National(this=value)


def _like(value: exp.Expr, pattern: str) -> exp.Expr:
    """Return LIKE with escaped brackets, which would begin a set of characters."""
    special = "\\" in pattern or "[" in pattern
    like = exp.Like(this=value, expression=_text(pattern.replace("[", "\\[")))
    return exp.Escape(this=like, expression=exp.Literal.string("\\")) if special else like


def _start_of(value: exp.Expr, unit: Unit) -> exp.Expr:
    """Return DATETRUNC in UTC, for versions before 2022 as well."""
    moment = call("SWITCHOFFSET", exp.cast(value, "TIMESTAMPTZ"), "+00:00")
    part = exp.var("DAY" if unit is Unit.WEEK else unit.value.upper())
    passed = call("DATEDIFF", part, _FIRST_DAY.copy(), moment)
    if unit is Unit.WEEK:
        weeks = exp.Div(this=passed, expression=exp.Literal.number(7), typed=True)  # of integers, so that the rest is cut off
        passed = exp.Mul(this=weeks, expression=exp.Literal.number(7))
    return call("DATEADD", part.copy(), passed, _FIRST_DAY.copy())


def _reads(value: exp.Expr, kind: TextType) -> exp.Expr:
    """Return TRY_CAST narrowed by patterns, since it takes an empty text for 0 and words for dates."""
    # Compared by code points: in other collations a range such as [0-9] holds more than digits.
    bare = exp.Collate(this=exp.Trim(this=value, expression=exp.Literal.string(" ")), expression=exp.var("Latin1_General_BIN2"))

    def like(pattern: str) -> exp.Expr:
        return exp.Like(this=bare.copy(), expression=exp.Literal.string(pattern))

    def tried(sql_type: str) -> exp.Expr:
        return is_given(exp.TryCast(this=bare.copy(), to=exp.DataType.build(sql_type, dialect="tsql")))

    def both(*conditions: exp.Expr) -> exp.Expr:
        return exp.paren(exp.and_(*conditions))

    match kind:
        case TextType.INTEGER:
            rest = call("SUBSTRING", bare.copy(), 2, call("LEN", bare.copy()))
            return both(like("[-+0-9]%"), like("%[0-9]"), exp.Not(this=exp.Like(this=rest, expression=exp.Literal.string("%[^0-9]%"))))
        case TextType.NUMBER:
            return both(like("%[0-9]%"), exp.Not(this=like("%[^0-9eE.+-]%")), tried("FLOAT"))
        case TextType.BOOLEAN:
            return exp.In(this=exp.Lower(this=bare), expressions=[exp.Literal.string(word) for word in _BOOLEANS])
        case TextType.DATE:
            return both(like(_DAY), tried("DATE"))
        case TextType.TIMESTAMP:
            return both(like(f"{_DAY}%"), tried("DATETIMEOFFSET"))
        case TextType.UUID:
            return like("-".join(_HEX * length for length in (8, 4, 4, 4, 12)))


def _length(value: exp.Expr) -> exp.Expr:
    """Return LEN of a text with a character at its end, since LEN leaves trailing spaces out."""
    longer = exp.Add(this=exp.cast(value, exp.DataType.build("NVARCHAR(MAX)", dialect="tsql")), expression=exp.Literal.string("."))
    return exp.Sub(this=call("LEN", longer), expression=exp.Literal.number(1))


def _total(value: exp.Expr) -> exp.Expr:
    """Return a sum of decimals for integers, since a sum has the type of its values. Floats stay floats."""
    return exp.Sum(this=exp.Add(this=exp.cast(exp.Literal.number(0), "DECIMAL(1, 0)"), expression=value))


MSSQL = Dialect(
    name="tsql",
    limits=Limits(
        columns=4096,  # learn.microsoft.com, "Maximum capacity specifications for SQL Server": columns per SELECT statement
    ),
    literals=Literals(text=_text),
    texts=Texts(
        like=_like,
        regex=Refusal("SQL Server has no regular expressions before 2025: use like, or rows with a condition"),
        json=lambda value: exp.EQ(this=call("ISJSON", value, exp.var("VALUE")), expression=exp.Literal.number(1)),
        reads=_reads,
        length=_length,
    ),
    aggregates=Aggregates(
        mean=in_doubles(exp.Avg),  # AVG of integers is an integer
        total=_total,
        variance=lambda value: call("VAR", value),
    ),
    catalogue=Catalogue(
        columns=information_schema(default_schema=call("SCHEMA_NAME"), owner=Owner.CATALOG, upper=True),
        last_modified=Refusal("SQL Server keeps the moment of the last change of a table only until it restarts"),
    ),
    rewrite=_rewrite,
    start_of=_start_of,
)
