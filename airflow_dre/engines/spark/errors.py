"""Messages of Spark's exceptions in one line, without a plan, a Java stack or a value of the data."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from airflow_dre.privacy.masking import masked

_LOGGERS = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")
"""Loggers of pyspark that print every error with its plan and with values of the data."""
_JAVA_CLASS = re.compile(r"^\(?(?:[\w$]+\.)+[\w$]+(?:Exception|Error)\)?:? ?")
_TAIL = re.compile(r" ?(?:If necessary set .*|SQLSTATE: \w{5}.*|; line \d+ pos \d+;?)$")
"""The position in a statement of ours, and advice that would make the answer wrong."""
_QUOTED = re.compile(r"'([^'\n]*)(?:'|$)", re.MULTILINE)
_UNQUOTED = re.compile(r"(?<=The value )[^'\s]\S*(?= of (?:the )?type)")


def is_refused(error: BaseException) -> bool:
    """Return whether Spark read the statement and refused it, which proves that it answers."""
    from pyspark.errors import AnalysisException

    return isinstance(error, AnalysisException)


def explained(error: BaseException) -> str:
    """Return the error class and message of Spark in one line.

    Analysis knows names and types only. An error while rows are read may quote values of the data, which are blanked.
    """
    text = str(error).strip()
    if text.startswith("An error occurred while calling"):  # py4j: the Java exception is in the next line
        text = text.partition("\n")[2].removeprefix(": ").strip()
    if not is_refused(error):
        text = _UNQUOTED.sub("…", _QUOTED.sub(lambda found: found[0] if found[1].startswith("try_") else "'…'", text))
    line = (text.splitlines() or [""])[0].strip()
    return masked(_TAIL.sub("", _JAVA_CLASS.sub("", line)).strip()) or type(error).__name__


@contextlib.contextmanager
def suppress_spark_output() -> Iterator[None]:
    """Keep pyspark from printing errors, which are raised with a message of ours."""
    from pyspark.logger import PySparkLogger

    loggers = [PySparkLogger.getLogger(name) for name in _LOGGERS]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, was in zip(loggers, before, strict=True):
            logger.disabled = was
