"""Great Expectations without its output."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from importlib import import_module

from airflow_dre.errors import DefinitionError, Problem


@contextlib.contextmanager
def suppress_gx_output() -> Iterator[None]:
    """Keep Great Expectations' own log, warnings and prints out of the task log. Reasons of results replace them."""
    logger = logging.getLogger("great_expectations")
    silent, propagates = logging.NullHandler(), logger.propagate
    logger.addHandler(silent)
    logger.propagate = False
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.propagate = propagates
        logger.removeHandler(silent)


def require_gx() -> None:
    """Import Great Expectations, once.

    :raises DefinitionError: it is not installed.
    """
    try:
        with suppress_gx_output():
            import_module("great_expectations")
    except ModuleNotFoundError as missing:
        allowed = "an environment with Great Expectations: pip install 'airflow-dre[gx]'"
        raise DefinitionError([Problem("GXCheckOperator", "great_expectations", missing.name, allowed)]) from missing
