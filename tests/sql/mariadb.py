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


_PATH = f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"


def is_there() -> bool:
    """Return whether the server's programs are installed."""
    return all(shutil.which(name, path=_PATH) for name in ("mariadbd", "mariadb-install-db"))


def _command(name: str, *arguments: str) -> list[str]:
    """Return a call of one of them that reads no configuration of the system."""
    return [str(shutil.which(name, path=_PATH)), "--no-defaults", *arguments]


@contextlib.contextmanager
def running() -> Iterator[dict[str, Any]]:
    """Yield the arguments of PyMySQL for a started server."""
    folder = Path(tempfile.mkdtemp(prefix="dre-maria-"))  # short: a socket's path has at most 107 characters
    as_user = []
    if os.getuid() == 0:  # the server does not run as root
        shutil.chown(folder, "mysql")
        as_user = ["--user=mysql"]
    data, socket, log = folder / "data", folder / "s", folder / "log"
    install = ["mariadb-install-db", f"--datadir={data}", "--skip-test-db", "--auth-root-authentication-method=normal"]
    start = ["mariadbd", f"--datadir={data}", f"--socket={socket}", f"--log-error={log}", f"--pid-file={folder / 'pid'}"]
    start += ["--skip-networking", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", "--character-set-server=utf8mb4"]
    start += ["--default-time-zone=+05:30"]  # in which days begin at another time than in UTC
    subprocess.run(_command(*install, *as_user), check=True, capture_output=True, timeout=120)
    server = subprocess.Popen(_command(*start, *as_user))
    how = {"unix_socket": str(socket), "user": "root", "charset": "utf8mb4"}
    try:
        for _ in range(300):
            assert server.poll() is None, log.read_text()
            if socket.exists():
                break
            time.sleep(0.2)
        assert socket.exists(), f"no answer within a minute: {log.read_text()}"
        yield how
    finally:
        server.terminate()
        server.wait(60)
        shutil.rmtree(folder, ignore_errors=True)
