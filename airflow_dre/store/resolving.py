"""Names of hosts of the results store as addresses, within a time: libpq asks the system for them, which may take minutes.

A child process asks, since nothing else ends a look-up that hangs: a thread would stay, and the scheduler forks.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import select
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

KEPT_SECONDS = 60.0
"""How long an address is used again."""
_ASK = """
import socket, sys
for name in sys.argv[1:]:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        found = []
    print(*dict.fromkeys(each[4][0] for each in found))
"""
_known: dict[str, tuple[float, tuple[str, ...]]] = {}


class Unresolved(Exception):
    """No host has an address, or none was found in time."""


def with_addresses(options: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Return the options of a connection of libpq with ``hostaddr``, so that libpq looks up no name.

    :param options: options of libpq; a host may be a list with commas between them.
    :param seconds: longest time.
    :raises Unresolved: no host has an address, or it took longer.
    """
    hosts = str(options.get("host") or "").split(",")
    names = [host for host in hosts if _is_name(host)]
    if not names or options.get("hostaddr"):
        return dict(options)
    found = _look_up(names, seconds)
    ports = str(options.get("port") or "").split(",")
    entries = [
        (host, address, ports[place] if len(ports) > 1 else ports[0])
        for place, host in enumerate(hosts)
        for address in (found[host] if host in found else ("",) if not _is_address(host) else (host,))
    ]
    if not entries:
        raise Unresolved(f"no address is known of {', '.join(names)}")
    columns = [",".join(column) for column in zip(*entries, strict=True)]
    return {**options, "host": columns[0], "hostaddr": columns[1], **({"port": columns[2]} if options.get("port") else {})}


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_name(host: str) -> bool:
    """Return whether a host must be looked up: it is no address, and no folder of a socket."""
    return bool(host) and not host.startswith(("/", "@")) and not _is_address(host)


def _look_up(names: Sequence[str], seconds: float) -> dict[str, tuple[str, ...]]:
    now = time.monotonic()
    wanted = [name for name in dict.fromkeys(names) if _known.get(name, (0.0, ()))[0] <= now]
    if wanted:
        answer = _ask([sys.executable, "-I", "-S", "-c", _ASK, *wanted], seconds)
        if answer is None:
            raise Unresolved(f"looking up {', '.join(wanted)} took more than {seconds:.3g} s")
        lines = answer.splitlines()
        answers = [tuple(line.split()) for line in lines] if len(lines) == len(wanted) else [()] * len(wanted)
        _known.update({name: (now + KEPT_SECONDS, found) for name, found in zip(wanted, answers, strict=True) if found})
        return {name: _known.get(name, (0.0, ()))[1] for name in names}
    return {name: _known[name][1] for name in names}


def _ask(command: list[str], seconds: float) -> str | None:
    """Return what a process writes. None where it takes longer, and is killed."""
    until = time.monotonic() + seconds
    reading, writing = os.pipe()
    ends = [(os.POSIX_SPAWN_DUP2, writing, 1), *((os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 2))]
    try:
        process = os.posix_spawn(command[0], command, os.environ, file_actions=ends)
    except OSError:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    written, waiting = b"", select.poll()
    waiting.register(reading, select.POLLIN | select.POLLHUP)
    try:
        while waiting.poll(max(until - time.monotonic(), 0.0) * 1000):
            if not (piece := os.read(reading, 65_536)):
                return written.decode(errors="replace")
            written += piece
        return None
    finally:
        os.close(reading)
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def forget_addresses() -> None:
    """Look every name up anew, since a connection to its address failed."""
    _known.clear()
