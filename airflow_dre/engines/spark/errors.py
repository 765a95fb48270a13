"""What Spark's exceptions say, in one line, without a plan, a Java stack or a value of the data."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from airflow_dre.privacy.masking import masked

_LOGGERS = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")
"""pyspark's own, which print every error with its plan and with values of the data."""
_JAVA_CLASS = re.compile(r"^\(?(?:[\w$]+\.)+[\w$]+(?:Exception|Error)\)?:? ?")
_TAIL = re.compile(r" ?(?:If necessary set .*|SQLSTATE: \w{5}.*|; line \d+ pos \d+;?)$")
"""Where it stands in a statement that nobody typed, and advice to answer wrongly instead."""
_QUOTED = re.compile(r"'([^'\n]*)(?:'|$)", re.MULTILINE)
_UNQUOTED = re.compile(r"(?<=The value )[^'\s]\S*(?= of (?:the )?type)")


def is_refused(error: BaseException) -> bool:
    """Return whether Spark read the statement and refused it, so that it is there beyond doubt."""
    from pyspark.errors import AnalysisException

    return isinstance(error, AnalysisException)


def explained(error: BaseException) -> str:
    """Return the error class and message of Spark, or what else can be said in one line.

    Analysis knows names and types only; what fails while rows are read may tell values of the data, which are blanked.
    """
    text = str(error).strip()
    if text.startswith("An error occurred while calling"):  # py4j: the Java exception stands in the next line
        text = text.partition("\n")[2].removeprefix(": ").strip()
    if not is_refused(error):
        text = _UNQUOTED.sub("…", _QUOTED.sub(lambda found: found[0] if found[1].startswith("try_") else "'…'", text))
    line = (text.splitlines() or [""])[0].strip()
    return masked(_TAIL.sub("", _JAVA_CLASS.sub("", line)).strip()) or type(error).__name__


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep pyspark from printing errors that are told otherwise."""
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
