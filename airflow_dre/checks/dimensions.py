"""Dimensions of data quality."""

from __future__ import annotations

from enum import StrEnum


class Dimension(StrEnum):
    """The quality dimensions of ISO 8000 and ODCS that a check can speak for."""

    ACCURACY = "accuracy"
    COMPLETENESS = "completeness"
    CONFORMITY = "conformity"
    CONSISTENCY = "consistency"
    COVERAGE = "coverage"
    TIMELINESS = "timeliness"
    UNIQUENESS = "uniqueness"
