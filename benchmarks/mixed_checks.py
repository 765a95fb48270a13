"""The mixed suite, 60 checks of one table, as data.

``wide_mixed`` is a copy of the table of ``one_scan.py`` with what else these checks need: a key of one column and one of two, three
columns with few values, a timestamp, and a column that refers to another table. No row breaks a rule.
"""

from __future__ import annotations

from typing import Any

CHECKS = 60
INTEGERS = [f"i{n}" for n in range(10)]
FLOATS = [f"f{n}" for n in range(4)]
FILLED = INTEGERS + FLOATS
RANGES = dict.fromkeys(INTEGERS, (0, 2000)) | dict.fromkeys(FLOATS, (0, 1000))
SETS: dict[str, list[Any]] = {
    "status": ["new", "paid", "sent", "done"],
    "country": ["AT", "BE", "CH", "DE", "DK", "ES", "FR", "GB", "IT", "NL", "PL", "SE"],
    "grade": list(range(16)),
}
PATTERNS = dict.fromkeys(["t0", "t1", "t2", "t3"], "^[0-9a-f]+$")
KEYS = [("id",), ("shop", "ticket")]
CHILD, PARENT, PARENT_KEY = "product", "products", "id"
MOMENT = "seen_at"
QUANTILES = {"i5": {"0.5": (0, 2000), "0.95": (0, 2000)}, "f0": {"0.5": (0, 1000), "0.95": (0, 1000)}}
EXTREMES = INTEGERS[:6]
MEANS = [*FLOATS[:3], "i0"]


def fill(connection: Any) -> None:
    """Copy ``wide`` into ``wide_mixed`` with the further columns, and make the table it refers to."""
    status, country = (
        f"(ARRAY[{', '.join(map(repr, SETS[name]))}])[1 + id % {len(SETS[name])}] AS {name}" for name in ("status", "country")
    )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {PARENT} AS SELECT g AS {PARENT_KEY} FROM generate_series(0, 4999) AS g")
        cursor.execute(f"ALTER TABLE {PARENT} ADD PRIMARY KEY ({PARENT_KEY})")
        cursor.execute(
            "CREATE TABLE wide_mixed AS"
            f" SELECT numbered.*, (id % 1000)::integer AS shop, (id / 1000)::integer AS ticket, {status}, {country},"
            f" (id * 7919 % 16)::integer AS grade, (id * 7919 % 5000)::integer AS {CHILD},"
            f" LOCALTIMESTAMP - id % 86400 * interval '1 second' AS {MOMENT}"
            " FROM (SELECT wide.*, ROW_NUMBER() OVER () AS id FROM wide) AS numbered"
        )
        cursor.execute(f"VACUUM ANALYZE wide_mixed, {PARENT}")
