"""Reasons for giving up on the command line: one line instead of a traceback, without secrets."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

ADDRESS_ALLOWED = "sqlite:////path/to/dre.db or postgresql+psycopg://user:password@host:5432/database"


@contextlib.contextmanager
def exit_with_reason() -> Iterator[None]:
    """End the command with the reason where a store cannot be used.

    :raises SystemExit: its text is the reason, and the exit code is 1.
    """
    from airflow_dre.errors import DefinitionError, StoreError

    try:
        yield
    except DefinitionError as error:
        raise SystemExit("\n".join(str(problem) for problem in error.problems)) from None
    except StoreError as error:
        raise SystemExit(" ".join(str(error).split())) from None
    except Exception as error:  # SQLAlchemy, its drivers and the file system; their messages may quote a password
        reason = f"the results store cannot be used ({type(error).__name__}): check its address. Allowed: {ADDRESS_ALLOWED}"
        raise SystemExit(reason) from None
