"""PostgreSQL 14 and later, where ``json_valid`` needs 16."""

from __future__ import annotations

from sqlglot import exp, parse_one

from airflow_dre.sql import names
from airflow_dre.sql.dialect import Aggregates, Catalogue, Dialect, Limits, Session, Texts, Types, Writing
from airflow_dre.sql.rendering import call, plain_like

_CONSTRAINTS = """
SELECT 'not_null', a.attname, a.attname
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.oid = TO_REGCLASS(:name) AND c.relkind IN ('r', 'p') AND a.attnotnull AND a.attnum > 0
  AND NOT EXISTS (SELECT 1 FROM pg_constraint n
    WHERE n.conrelid = c.oid AND n.contype = 'n' AND NOT n.convalidated AND a.attnum = ANY(n.conkey))
UNION ALL
SELECT 'unique', i.indexrelid::text, a.attname
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
WHERE c.oid = TO_REGCLASS(:name) AND (c.relkind = 'p' OR (c.relkind = 'r' AND NOT c.relhassubclass))
  AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
"""
"""Foreign tables enforce nothing, and a unique index of a table with heirs does not cover their rows."""


_COLUMNS = """
SELECT a.attname, FORMAT_TYPE(a.atttypid, a.atttypmod) FROM pg_attribute a
WHERE a.attrelid = TO_REGCLASS(:name) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
"""Ten times faster than information_schema, and it knows materialized views."""

_FOLLOWS = """
SELECT 'rows of ' || CAST(c.conrelid AS REGCLASS) || ', whose foreign key follows a DELETE' FROM pg_constraint c
WHERE c.confrelid = TO_REGCLASS(:name) AND c.contype = 'f' AND c.confdeltype IN ('c', 'n', 'd')
UNION ALL
SELECT 'columns that only its heir ' || CAST(i.inhrelid AS REGCLASS) || ' has' FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent
WHERE c.oid = TO_REGCLASS(:name) AND c.relkind = 'r'
UNION ALL
SELECT 'what only the tables below the view know' FROM pg_class c WHERE c.oid = TO_REGCLASS(:name) AND c.relkind = 'v'
"""
"""A DELETE from a view reaches the tables below it, whose foreign keys, heirs and other columns the view does not show."""


_COMPUTED = "SELECT a.attname FROM pg_attribute a WHERE a.attrelid = TO_REGCLASS(:name) AND a.attgenerated <> ''"


def _lock(table: tuple[str, ...]) -> exp.Expr:
    """Return a lock of a number from the table's name. Unlike LOCK TABLE, it needs no table and blocks no other work."""
    name = exp.Literal.string(".".join(("airflow_dre", *table)))
    return exp.select(call("PG_ADVISORY_XACT_LOCK", call("HASHTEXTEXTENDED", name, 0)))


_PARTITIONS = """
SELECT
  (SELECT STRING_AGG(a.attname, ', ') FROM pg_attribute a WHERE a.attrelid = p.partrelid AND a.attnum = ANY(p.partattrs::smallint[])),
  PG_GET_EXPR(c.relpartbound, c.oid),
  (SELECT STRING_AGG(
      CONCAT_WS(':', l.oid, l.relfilenode, PG_RELATION_SIZE(l.oid), s.n_tup_ins, s.n_tup_upd, s.n_tup_del), ' ' ORDER BY l.oid)
    FROM PG_PARTITION_TREE(c.oid) t JOIN pg_class l ON l.oid = t.relid LEFT JOIN pg_stat_all_tables s ON s.relid = l.oid WHERE t.isleaf),
  (SELECT COALESCE(SUM(PG_RELATION_SIZE(t.relid)), 0) FROM PG_PARTITION_TREE(c.oid) t WHERE t.isleaf)
FROM pg_partitioned_table p JOIN pg_inherits i ON i.inhparent = p.partrelid JOIN pg_class c ON c.oid = i.inhrelid
WHERE p.partrelid = TO_REGCLASS({name}) AND CURRENT_SETTING('track_counts') = 'on'
"""
"""A file that was replaced (TRUNCATE, CLUSTER) has another number, one that grew another size, and rows that were written are counted. The
counts arrive up to a minute after the transaction where its session stays open, so that such a change is noticed by a later look."""


def _partitions(table: tuple[str, ...]) -> str:
    return _PARTITIONS.format(name=exp.Literal.string(names.quoted_table(table).sql(dialect="postgres")).sql(dialect="postgres"))


def _of(table: tuple[str, ...], query: str) -> exp.Expr:
    name = exp.Literal.string(names.quoted_table(table).sql(dialect="postgres"))
    return exp.replace_placeholders(parse_one(query, read="postgres"), name=name)


_RANGES = ("int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange")
_WITHOUT_EXTREMES = frozenset(
    {
        "boolean",
        "uuid",
        "macaddr",
        "macaddr8",
        "bit",
        "bit varying",
        "jsonb",
        *_RANGES,
        *(name.replace("range", "multirange") for name in _RANGES),
    }
)
_TIMES = ("interval", "time", "time without time zone", "time with time zone")
_NO_NUMBERS = (_WITHOUT_EXTREMES - {"boolean"}) | {"money", "inet", "cidr", "bytea", "pg_lsn", "json", "xml", "point", *_TIMES}
"""Of the type money only money itself is compared, and each of the others with its own kind."""

POSTGRES = Dialect(
    name="postgres",
    limits=Limits(
        columns=1664,  # MaxTupleAttributeNumber
        questions=1000,
    ),
    session=Session(
        guard="SET TRANSACTION READ ONLY",
        setup="SET LOCAL TIME ZONE 'UTC'",
        timeout=lambda milliseconds: f"SET LOCAL statement_timeout = {milliseconds}",
    ),
    texts=Texts(
        like=plain_like,
        regex=lambda value, pattern: exp.RegexpLike(this=value, expression=exp.Literal.string(pattern)),
        json=lambda value: call("PG_INPUT_IS_VALID", value, "json"),
    ),
    types=Types(
        single_precision="real",
        no_numbers=_NO_NUMBERS,
        without_extremes=_WITHOUT_EXTREMES,
        read_as_text=lambda kind: kind.endswith("[]") or kind.partition("(")[0] in _WITHOUT_EXTREMES - {"boolean"},
    ),
    aggregates=Aggregates(
        filter_clause=True,
        nulls_by_filter=True,
        sums_small_integers=("smallint", "integer"),
        quantile_is_aggregate=True,
        sorts_apart=True,
        fingerprint=lambda values: call("HASH_RECORD_EXTENDED", exp.Tuple(expressions=values), 0),
        hash=lambda values: call("HASH_RECORD_EXTENDED", call("ROW", *values), 0),  # which hash partitions rest on, so that it stays
    ),
    catalogue=Catalogue(
        is_cheap=True,
        constraints=lambda table: _of(table, _CONSTRAINTS),
        columns=lambda table: _of(table, _COLUMNS),
        partitions=_partitions,
    ),
    writing=Writing(
        begin="SET TRANSACTION ISOLATION LEVEL READ COMMITTED",  # each statement sees what was committed while it waited
        row_id=lambda: exp.cast(call("GEN_RANDOM_UUID"), "TEXT"),
        lock=_lock,
        follows=lambda table: _of(table, _FOLLOWS),
        computed=lambda table: _of(table, _COMPUTED),
        overriding="OVERRIDING SYSTEM VALUE",
    ),
)
