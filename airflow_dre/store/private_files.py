"""Files that only their owner may read, and that are never somebody else's: no link is followed, no FIFO is waited for."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700
_TURN = 0.02
_BESIDE = ("", "-wal", "-shm", "-journal", ".migrating")
"""Suffixes of the files beside a SQLite file."""


class NotOurs(OSError):
    """Something that another program or user put there, or a link to it."""


def make_private_folder(folder: Path) -> None:
    """Make a folder with its parents, and close one of ours to others.

    :raises OSError: it cannot be made.
    """
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    _close_to_others(folder, FOLDER_MODE, stat.S_IFDIR)


def keep_database_private(path: Path) -> None:
    """Create a missing database file, and close one of ours and the files beside it to others.

    A link of this user or of root is followed, since an administrator may keep the file on another disk.

    :raises NotOurs: the path is a link of another user, or no file, such as a FIFO, which would be waited for without end.
    :raises OSError: it cannot be made.
    """
    if path.is_symlink():
        if path.lstat().st_uid not in (0, os.geteuid()):
            raise NotOurs(f"{path} is a link of another user")
        path = Path(os.path.realpath(path))
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, FILE_MODE))
    if not stat.S_ISREG(path.stat().st_mode):
        raise NotOurs(f"{path} is no file")
    for suffix in _BESIDE:
        with contextlib.suppress(OSError):  # it is not there, or is not ours
            _close_to_others(Path(f"{path}{suffix}"), FILE_MODE, stat.S_IFREG)


def _close_to_others(path: Path, mode: int, kind: int) -> None:
    found = path.lstat()
    if stat.S_IFMT(found.st_mode) == kind and found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) != mode:
        path.chmod(mode)


def open_ours(path: Path, flags: int) -> int:
    """Open a regular file of this user that has one name, or make it. The descriptor.

    :param flags: as of :func:`os.open`, for example ``os.O_RDWR | os.O_CREAT``.
    :raises NotOurs: the path is a link, a folder, a FIFO, a socket, a device, a file of another user or one with several names.
    :raises OSError: it cannot be opened, for example because it is not there.
    """
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY, FILE_MODE)
    except FileNotFoundError:
        raise
    except OSError as error:
        if path.is_symlink() or not path.is_file() or path.stat().st_uid != os.geteuid():
            raise NotOurs(f"{path} is no file of this user") from error
        raise
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_nlink > 1:
        os.close(descriptor)
        raise NotOurs(f"{path} is no file of this user with one name")
    if stat.S_IMODE(found.st_mode) != FILE_MODE:
        os.fchmod(descriptor, FILE_MODE)
    return descriptor


def write_all(descriptor: int, data: bytes) -> None:
    """Write the whole of ``data``, however little of it a call takes.

    :raises OSError: not all of it could be written, for example because the disk is full.
    """
    rest = memoryview(data)
    while rest:
        written = os.write(descriptor, rest)
        if written <= 0:
            raise OSError(f"{len(rest)} bytes could not be written")
        rest = rest[written:]


def sync_folder(folder: Path) -> None:
    """Let the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def lock(descriptor: int, seconds: float) -> bool:
    """Take the lock of a file. Whether it was free within ``seconds``."""
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_TURN)
        else:
            return True


@contextlib.contextmanager
def locked_file(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock of a file that exists only for it.

    :raises TimeoutError: another process held it for longer than ``seconds``.
    :raises OSError: it cannot be made.
    """
    descriptor = open_ours(path, os.O_RDWR | os.O_CREAT)
    try:
        if not lock(descriptor, seconds):
            raise TimeoutError(f"another process holds {path} for more than {seconds:g} s")
        yield
    finally:
        os.close(descriptor)
