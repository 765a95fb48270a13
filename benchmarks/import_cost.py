"""Time that a Dag file pays for importing airflow-dre, on top of ``airflow.sdk``.

Each figure is the best of several fresh interpreters. The bound of 30 ms covers every public name, with all that they load. The first
operator that a Dag file constructs is measured as well, without a bound, and so is the time of common-sql's operators after ours, which
is the extra cost of a Dag file that uses both.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable

BOUND_MS = 30.0
TRIES = 9
FORBIDDEN = ("sqlglot", "sqlalchemy", "fastapi", "duckdb", "great_expectations", "airflow.providers.common.sql", "sqlparse")
PROGRAM = """
import json, sys, time
started = time.perf_counter()
import airflow.sdk
from airflow.sdk import DAG, Asset, BaseNotifier, BaseOperator, BaseSensorOperator
sdk = time.perf_counter() - started
before = set(sys.modules)
started = time.perf_counter()
import airflow_dre
import airflow_dre.operators.monitor
from airflow_dre import checks
for name in airflow_dre.__all__:
    getattr(airflow_dre, name)
ours = time.perf_counter() - started
modules = sorted(set(sys.modules) - before)
BaseOperator(task_id="plain")  # what Airflow itself loads for the first operator of any kind
started = time.perf_counter()
airflow_dre.QualityCheckOperator(task_id="checked", conn_id="w", table="t", checks=[checks.not_null("a")])
operator = time.perf_counter() - started
started = time.perf_counter()
from airflow.providers.common.sql.operators.sql import BaseSQLOperator
common_sql = time.perf_counter() - started
print(json.dumps({"sdk": sdk, "common_sql": common_sql, "ours": ours, "operator": operator, "modules": modules}))
"""


def measure() -> dict[str, object]:
    """Return one fresh interpreter."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as an installed package runs
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=inherited)
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def find_forbidden(modules: Iterable[str]) -> list[str]:
    """Return the forbidden packages among the modules."""
    return sorted({package for name in modules for package in FORBIDDEN if f"{name}.".startswith(f"{package}.")})


def main() -> None:
    """Print the figures, and exit with 1 if a bound is broken."""
    measure()  # writes the byte code
    tries = [measure() for _ in range(TRIES)]
    best = min(tries, key=lambda found: float(str(found["ours"])))
    sdk, common, ours = (1000 * float(str(best[name])) for name in ("sdk", "common_sql", "ours"))
    operator = 1000 * min(float(str(found["operator"])) for found in tries)
    modules = [str(name) for name in best["modules"]] if isinstance(best["modules"], list) else []
    loaded = find_forbidden(modules)
    print(f"airflow.sdk: {sdk:.1f} ms")
    print(f"airflow_dre with its operators, on top: {ours:.1f} ms")
    print(f"construct the first QualityCheckOperator: {operator:.1f} ms")
    print(f"common-sql's operators, on top of both: {common:.1f} ms")
    print(f"{len(modules)} modules on top, of airflow_dre: {', '.join(name for name in modules if name.startswith('airflow_dre'))}")
    print(f"forbidden modules loaded on top: {', '.join(loaded) or 'none'}")
    if ours > BOUND_MS or loaded:
        raise SystemExit(f"more than {BOUND_MS:.0f} ms, or a forbidden module")


if __name__ == "__main__":
    main()
