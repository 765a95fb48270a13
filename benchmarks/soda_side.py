"""Soda Core's part of ``mixed.py``, run by the interpreter of a virtual environment of its own.

Imports first; then each line on standard input starts one verification of the contract, and one JSON line holds its seconds and outcomes.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from importlib.metadata import version

from soda_core.contracts.api.verify_api import verify_contract_locally


def main(source: str, contract: str) -> None:
    """Verify whenever asked."""
    print(json.dumps({"version": version("soda-postgres")}), flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            session = verify_contract_locally(data_source_file_path=source, contract_file_path=contract)
        seconds = time.perf_counter() - started
        (result,) = session.contract_verification_results
        outcomes = [check.outcome.name for check in result.check_results]
        print(json.dumps({"seconds": seconds, "checks": len(outcomes), "passed": outcomes.count("PASSED")}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
