"""Time for which each part of the stack waits for a lock of Airflow's own SQLite database, read by ``[database] sql_alchemy_connect_args``.

A scheduler or triggerer that gets no lock within five seconds, SQLite's default, dies. The API server keeps the default: it writes on its
event loop, so a longer wait would only hold up the request that has the lock.
"""

from __future__ import annotations

import sys

CONNECT = {"timeout": 5.0 if "api-server" in sys.argv else 60.0}
