"""A MariaDB server of one's own: a folder, a socket, no port, and no service of the system is touched."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MISSING = "NO MARIADB: there is no mariadbd here, so that the MySQL dialect was not executed; as root .ci/mariadb installs it"


def is_there() -> bool:
    """Whether the server's programs are installed."""
    return all(shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin") for name in ("mariadbd", "mariadb-install-db"))


def _program(name: str) -> str:
    return str(shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"))


@contextlib.contextmanager
def running() -> Iterator[dict[str, Any]]:
    """A started server; what PyMySQL is to be given to connect to its empty database ``shop``."""
    import pymysql

    folder = Path(tempfile.mkdtemp(prefix="dre-maria-"))  # short: a socket's path has at most 107 characters
    as_user = []
    if os.getuid() == 0:  # the server does not run as root
        shutil.chown(folder, "mysql")
        as_user = ["--user=mysql"]
    data, socket, log = folder / "data", folder / "s", folder / "log"
    subprocess.run(
        [_program("mariadb-install-db"), "--no-defaults", *as_user, f"--datadir={data}", "--skip-test-db"]
        + ["--auth-root-authentication-method=normal"],
        check=True,
        capture_output=True,
        timeout=120,
    )
    server = subprocess.Popen(
        [_program("mariadbd"), "--no-defaults", *as_user, f"--datadir={data}", f"--socket={socket}", f"--log-error={log}"]
        + ["--skip-networking", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", f"--pid-file={folder / 'pid'}"]
        + ["--default-time-zone=+05:30", "--character-set-server=utf8mb4"],  # a zone in which days begin at another time
    )
    how = {"unix_socket": str(socket), "user": "root", "charset": "utf8mb4"}
    try:
        for _ in range(300):
            assert server.poll() is None, log.read_text()
            with contextlib.suppress(pymysql.err.OperationalError):
                with contextlib.closing(pymysql.connect(**how)) as connection:
                    connection.cursor().execute("CREATE DATABASE shop")
                break
            time.sleep(0.2)
        yield {**how, "database": "shop"}
    finally:
        server.terminate()
        server.wait(60)
        shutil.rmtree(folder, ignore_errors=True)
