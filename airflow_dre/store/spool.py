"""The spool, in which deliveries wait while the store is down: fsynced files of JSON lines, replayed in order, each line once.

A process appends to files of its own and never waits: while one is being replayed it begins another. A line that was torn by a
crash, that this version cannot read or that no store takes is moved to ``*.unreadable`` and never stops the others. What lies in the
folder and is not ours is left alone.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import socket
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from airflow_dre.errors import StoreBusy, StoreError, StoreRefused
from airflow_dre.incidents.signals import with_promise
from airflow_dre.store.private_files import NotOurs, lock, make_private_folder, open_ours, sync_folder, write_all
from airflow_dre.store.records import Delivery

log = logging.getLogger(__name__)
REPLAY_SECONDS = 300.0
"""How long a replay goes on. What is left goes with the next one."""
MOST_BUSY = 3
"""Lines that a store may put off before a replay ends."""
_OTHER_REPLAY_SECONDS = 2.0
_NAME = re.compile(r".+-\d+(?:-\d+)?\.jsonl", re.DOTALL)
_MOST_FILES = 1000
_PROMISE = b'"promise":'
"""Bytes of every line about data, except of a version that knew no promises. Within a text of JSON the second quote is escaped."""
_decoder = msgspec.json.Decoder(Delivery)
_logged: set[str] = set()


@dataclass(slots=True)
class _Round:
    """One replay of the whole folder."""

    deliver: Callable[[Delivery], object]
    aside: Callable[[bytes, Path, StoreRefused], object]
    put_off: tuple[type[StoreError], ...]
    """Errors that concern one line and not the next."""
    until: float
    delivered: int = 0
    busy: int = 0

    @property
    def over(self) -> bool:
        return self.busy >= MOST_BUSY or time.monotonic() >= self.until


@dataclass(slots=True)
class _Lines:
    """The lines of a file, and those of them that have to stay."""

    rest: list[bytes]
    off: list[bytes] = field(default_factory=list)
    """Lines that were put off. They go last, so that those behind them come first the next time."""

    @property
    def left(self) -> list[bytes]:
        return [*self.rest, *self.off]


class Spool:
    """A folder of waiting deliveries."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def append(self, delivery: Delivery) -> Path:
        """Keep a delivery. When this returns it is on disk.

        :raises OSError: it cannot be kept, for example because the disk is full; what was kept before stays as it was.
        """
        return self._add(_line(delivery), ".jsonl")

    def put_aside_delivery(self, delivery: Delivery) -> tuple[bytes, Path]:
        """Keep a delivery that no store takes. Its line, and the file that it is in.

        :raises OSError: it cannot be kept.
        """
        line = _line(delivery)
        return line, self.put_aside(line)

    def put_aside(self, line: bytes, base: str | None = None) -> Path:
        """Keep a line that no store takes, for a person to inspect.

        :param base: name of the file that it comes from, without its suffix; default: that of this process.
        :raises OSError: it cannot be kept.
        """
        return self._add(line if line.endswith(b"\n") else line + b"\n", ".unreadable", base)

    def waiting(self) -> list[Path]:
        """Return the files of this user that hold deliveries, oldest first. What else ends in ``.jsonl`` is logged once."""
        found = []
        try:
            entries = [entry for entry in os.scandir(self.folder) if entry.name.endswith(".jsonl")]
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            _tell_once(self.folder, f"it cannot be read: {error}")
            return []
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                state = entry.stat(follow_symlinks=False)
                if not stat.S_ISREG(state.st_mode) or state.st_uid != os.geteuid() or state.st_nlink > 1 or not _NAME.fullmatch(entry.name):
                    _tell_once(Path(entry.path), "it is not ours and is left alone")
                else:
                    found.append((state.st_mtime_ns, entry.name, Path(entry.path)))
        return [path for _, _, path in sorted(found)]

    def count(self) -> int | None:
        """Return the number of deliveries that wait. None where this user may not look."""
        try:
            os.scandir(self.folder).close()
        except FileNotFoundError:
            return 0
        except (OSError, ValueError):
            return None
        return sum(_count_lines(path) for path in self.waiting())

    def replay(
        self,
        deliver: Callable[[Delivery], object],
        *,
        aside: Callable[[bytes, Path, StoreRefused], object] | None = None,
        put_off: tuple[type[StoreError], ...] = (StoreBusy,),
        seconds: float = REPLAY_SECONDS,
    ) -> int:
        """Pass every waiting delivery to ``deliver``, delete it and return the number delivered.

        A delivery for which it raises :class:`StoreRefused` is moved to another file, and one for which it raises one of
        ``put_off`` waits on behind the others. Any other error ends the replay, and what is not delivered yet stays. A crash in between
        delivers a line twice, which the store takes as one.

        :param aside: called with each line that was refused, the file that it is in now and the reason.
        :param seconds: longest time; what is left goes with the next replay.
        """
        replay = _Round(deliver, aside or (lambda line, path, reason: None), put_off, time.monotonic() + seconds)
        for path in self.waiting():
            if replay.over:
                break
            self._replay_file(path, replay)
        return replay.delivered

    def _add(self, line: bytes, suffix: str, base: str | None = None) -> Path:
        make_private_folder(self.folder)
        for path in self._names(suffix, base):
            try:
                descriptor = open_ours(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
            except NotOurs as error:
                _tell_once(path, str(error))
                continue
            try:
                if lock(descriptor, 0) and os.fstat(descriptor).st_nlink:  # free, and not replayed and removed meanwhile
                    _append(descriptor, line)
                    sync_folder(self.folder)
                    return path
            finally:
                os.close(descriptor)
        raise OSError(f"no file of this process could be opened in {self.folder}")

    def _names(self, suffix: str, base: str | None) -> Iterator[Path]:
        base = base or f"{re.sub(r'[^A-Za-z0-9_.-]', '_', socket.gethostname())[:100] or 'host'}-{os.getpid()}"
        yield self.folder / f"{base}{suffix}"
        for number in range(1, _MOST_FILES):
            yield self.folder / f"{base}-{number}{suffix}"

    def _replay_file(self, path: Path, replay: _Round) -> None:
        try:
            descriptor = open_ours(path, os.O_RDWR)
        except FileNotFoundError:
            return
        except OSError as error:
            _tell_once(path, str(error))
            return
        try:
            if lock(descriptor, _OTHER_REPLAY_SECONDS) and os.fstat(descriptor).st_nlink:  # else another process has it, or had it
                self._replay_lines(descriptor, path, replay)
        finally:
            os.close(descriptor)

    def _replay_lines(self, descriptor: int, path: Path, replay: _Round) -> None:
        lines = _Lines(_read_lines(descriptor))
        count = len(lines.rest)
        try:
            while lines.rest and not replay.over:
                self._replay_line(path, lines, replay)
                del lines.rest[0]
        finally:
            if not lines.left:
                path.unlink(missing_ok=True)
            elif len(lines.rest) < count:
                self._keep(path, lines.left)

    def _replay_line(self, path: Path, lines: _Lines, replay: _Round) -> None:
        line = lines.rest[0]
        try:
            replay.deliver(_read(line))
            replay.delivered += 1
        except StoreRefused as reason:
            try:
                kept_in = self.put_aside(line, path.name.removesuffix(".jsonl"))
            except OSError as error:
                _tell_once(path, f"a line that no store takes stays in it: {error}")
                lines.off.append(line)
            else:
                replay.aside(line, kept_in, reason)
        except replay.put_off as error:
            replay.busy += 1
            lines.off.append(line)
            log.warning("airflow-dre: a delivery waits on in %s: %s", path, error)

    def _keep(self, path: Path, lines: list[bytes]) -> None:
        """Replace a file by one that holds only these lines. Where that fails it stays whole, and what was delivered is delivered twice."""
        new = path.with_name(f".{path.name}.{os.getpid()}.new")
        try:
            new.unlink(missing_ok=True)
            descriptor = open_ours(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            try:
                write_all(descriptor, b"".join(line if line.endswith(b"\n") else line + b"\n" for line in lines))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            new.rename(path)
            sync_folder(self.folder)
        except OSError as error:
            _tell_once(path, f"what was delivered from it could not be taken out: {error}")
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)
        else:
            log.info("airflow-dre: %d deliveries still wait in %s", len(lines), path)


def _line(delivery: Delivery) -> bytes:
    try:
        return msgspec.json.encode(delivery) + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair, which no UTF-8 text holds
        return json.dumps(msgspec.to_builtins(delivery), ensure_ascii=False).encode(errors="replace") + b"\n"


def read_line(line: bytes) -> Delivery | None:
    """Return the delivery of a line. None where it cannot be read."""
    try:
        return _read(line)
    except StoreRefused:
        return None


def _read(line: bytes) -> Delivery:
    try:
        delivery = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise StoreRefused(f"the line cannot be read: {error}") from error
    if _PROMISE in line:
        return delivery
    return replace(delivery, signals=tuple(with_promise(signal) for signal in delivery.signals))


def _append(descriptor: int, line: bytes) -> None:
    """Add a line apart from one that a crash tore. What cannot be written whole is taken back."""
    size = os.fstat(descriptor).st_size
    torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    try:
        write_all(descriptor, b"\n" + line if torn else line)
        os.fsync(descriptor)
    except BaseException:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


def _read_lines(descriptor: int) -> list[bytes]:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        return [line for line in file.readlines() if line.strip()]


def _count_lines(path: Path) -> int:
    try:
        with os.fdopen(open_ours(path, os.O_RDONLY), "rb") as file:
            return sum(1 for line in file if line.strip())
    except OSError:
        return 0


def _tell_once(path: Path, what: str) -> None:
    if (key := f"{path}: {what}") not in _logged:
        _logged.add(key)
        log.error("airflow-dre: %r in the spool: %s", str(path), what)
