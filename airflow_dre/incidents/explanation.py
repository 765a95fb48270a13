"""Reasons and helpers of an incident, as a person reads them at night."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST_REASONS = 5
"""Reasons that a message and the page of an incident hold. The results hold all."""
LONGEST_REASON = 400
LONGEST_NAME = 200
LONGEST_URL = 1000
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Reasons, counts and helpers of a problem. Every text is cut, and secrets are masked before."""

    reasons: tuple[str, ...] = ()
    """Of the first broken checks, or the text of the exception of a task."""
    broken: int | None = None
    """Number of broken checks. None where no checks ran."""
    checks: int | None = None
    """Number of checks that ran."""
    owner: str | None = None
    """Owners of the broken checks, with commas between them."""
    runbook_url: str | None = None
    """Runbook of the first broken check that has one."""

    def __bool__(self) -> bool:
        return self != Explanation()


def explain(
    reasons: Iterable[str],
    *,
    broken: int | None = None,
    checks: int | None = None,
    owners: Iterable[str | None] = (),
    runbooks: Iterable[str | None] = (),
) -> Explanation:
    """Return an explanation with bounded texts.

    :param reasons: reasons, the most important first; :data:`MOST_REASONS` are kept.
    :param broken: number of broken checks.
    :param checks: number of checks that ran.
    :param owners: owners of the broken checks; the first three different ones are kept.
    :param runbooks: runbooks of the broken checks; the first is kept.
    """
    kept = [shortened(reason, LONGEST_REASON) for reason in reasons if reason.strip()][:MOST_REASONS]
    named = list(dict.fromkeys(owner.strip() for owner in owners if owner and owner.strip()))[:3]
    runbook = next((runbook.strip() for runbook in runbooks if runbook and runbook.strip()), None)
    return Explanation(
        reasons=tuple(kept),
        broken=broken,
        checks=checks,
        owner=shortened(", ".join(named), LONGEST_NAME) or None,
        runbook_url=None if runbook is None else shortened(runbook, LONGEST_URL),
    )


def shortened(text: str, longest: int) -> str:
    """Return a text of at most ``longest`` characters that every receiver and database takes: cut, without NUL or half a character."""
    plain = _UNWRITABLE.sub("\ufffd", text[: longest + 1])
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"
