"""Where deliveries wait while the store is down: fsynced files of JSON lines, replayed in order, each line once.

A process appends to a file of its own, so that writers never wait for each other. A line that was torn by a crash, or that this version
cannot read, is put aside in ``*.unreadable`` and never stops the others.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import msgspec

from airflow_dre.incidents.signals import with_promise
from airflow_dre.store.records import Delivery

log = logging.getLogger(__name__)
_decoder = msgspec.json.Decoder(Delivery)
_PROMISE = b'"promise":'
"""Bytes of every line about data, except of a version that knew no promises; within a text of JSON the second quote is escaped."""


class Unwritable(Exception):
    """A delivery that can never be written, so that it must not hold up the others."""


class Spool:
    """A folder of waiting deliveries."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def append(self, delivery: Delivery) -> Path:
        """Keep a delivery; when this returns it is on disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{socket.gethostname()}-{os.getpid()}.jsonl"
        with path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_nlink == 0:  # replayed and removed while we waited for the lock
                return self.append(delivery)
            file.write(_after_torn_line(file) + _line(delivery))
            file.flush()
            os.fsync(file.fileno())
        return path

    def waiting(self) -> list[Path]:
        """The files that hold deliveries, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(self.folder.glob("*.jsonl"), key=_age)

    def replay(self, deliver: Callable[[Delivery], object]) -> int:
        """Hand every waiting delivery to ``deliver`` and forget it; the number delivered.

        Whatever ``deliver`` raises ends the replay; what is not delivered yet stays. A crash in between delivers a line twice, which the
        store takes as one.
        """
        return sum(self._replay_file(path, deliver) for path in self.waiting())

    def _replay_file(self, path: Path, deliver: Callable[[Delivery], object]) -> int:
        try:
            file = path.open("r+b")
        except FileNotFoundError:
            return 0
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_nlink == 0:  # another process replayed it meanwhile
                return 0
            lines = file.readlines()
            done = delivered = 0
            try:
                for line in lines:
                    delivered += self._deliver_line(path, line, deliver)
                    done += 1
            finally:
                if done == len(lines):
                    path.unlink(missing_ok=True)
                elif done:
                    _keep(file.fileno(), path, lines[done:])
        return delivered

    def _deliver_line(self, path: Path, line: bytes, deliver: Callable[[Delivery], object]) -> bool:
        try:
            deliver(_read(line))
        except Unwritable as error:
            with path.with_suffix(".unreadable").open("ab") as aside:
                aside.write(line if line.endswith(b"\n") else line + b"\n")
            log.error("airflow-dre: put an unreadable line of %s aside: %s", path, error)
            return False
        return True


def _line(delivery: Delivery) -> bytes:
    try:
        return msgspec.json.encode(delivery) + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair, which no UTF-8 text holds
        return json.dumps(msgspec.to_builtins(delivery), ensure_ascii=False).encode(errors="replace") + b"\n"


def _read(line: bytes) -> Delivery:
    try:
        delivery = _decoder.decode(line)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise Unwritable(str(error)) from error
    if _PROMISE in line:
        return delivery
    return replace(delivery, signals=tuple(with_promise(fact) for fact in delivery.signals))


def _after_torn_line(file: BinaryIO) -> bytes:
    """What keeps a new line apart from one that a crash tore."""
    if file.seek(0, os.SEEK_END) == 0:
        return b""
    file.seek(-1, os.SEEK_END)
    return b"" if file.read(1) == b"\n" else b"\n"


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _keep(descriptor: int, path: Path, lines: list[bytes]) -> None:
    rest = b"".join(lines)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, rest)
    os.ftruncate(descriptor, len(rest))
    os.fsync(descriptor)
    log.info("airflow-dre: %d deliveries still wait in %s", len(lines), path)
