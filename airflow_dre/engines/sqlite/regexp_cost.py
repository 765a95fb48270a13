"""An upper bound of the time of a regular expression of Python, by its text, since nothing can end one in this process."""

from __future__ import annotations

import functools
import math
import re

MOST_STEPS = 22.0
"""Logarithm to base 2 of the steps that may be made in place: some tenths of a second."""
_TOKEN = re.compile(
    r"""(?P<set>\[\^?\]?(?:\\.|[^\]\\])*+(?:\]|\\?\Z))|(?P<escape>\\.)|(?P<open>\((?:\?(?:P?<[^=!][^>]{0,200}+>|P[=>][^)]*|[aiLmsux-]*:|[=!>]|<[=!]|\#[^)]*))?)
    |(?P<close>\))|(?P<either>\|)|(?P<times>(?:[*+?]|\{\d*+,?\d*+\})[?+]?)|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_BOUNDS = re.compile(r"\{(\d*)(,?)(\d*)\}")


class _Group:
    """A group that is read in part."""

    def __init__(self) -> None:
        self.fixed = 0.0
        """Logarithm of the ways in which its parts can match, independent of the length of the text."""
        self.open_ends = 0
        """Parts that repeat without a limit. Each multiplies the ways by the length of the text."""
        self.last: tuple[float, int] = (0.0, 0)
        """Both numbers of the last part, which a quantifier may repeat."""


@functools.lru_cache(maxsize=256)
def longest_quick(pattern: str) -> float:
    """Return the length of the longest text in which a pattern takes at most :data:`MOST_STEPS`."""
    fixed, open_ends = _ways(pattern)
    starts = 0 if pattern.startswith(("^", "\\A")) and "|" not in pattern else 1  # elsewhere each place of the text is tried
    if fixed > MOST_STEPS:
        return -1
    return math.inf if open_ends + starts == 0 else 2 ** ((MOST_STEPS - fixed) / (open_ends + starts))


def _ways(pattern: str) -> tuple[float, int]:
    """Return the ways in which a pattern can match, as a logarithm and as a power of the length of the text."""
    groups = [_Group()]
    for token in _TOKEN.finditer(pattern):
        top = groups[-1]
        match token.lastgroup:
            case "open":
                groups.append(_Group())
            case "close" if len(groups) > 1:
                inner = groups.pop()
                _add(groups[-1], (inner.fixed, inner.open_ends))
            case "either":
                _add(top, (1.0, 0))
            case "times":
                _repeat(top, token.group())
            case _:
                _add(top, (0.0, 0))
    return sum(group.fixed for group in groups), sum(group.open_ends for group in groups)


def _add(group: _Group, part: tuple[float, int]) -> None:
    group.last = part
    group.fixed += part[0]
    group.open_ends += part[1]


def _repeat(group: _Group, quantifier: str) -> None:
    """Count the last part as often as the quantifier repeats it.

    Ways to match that are repeated without a limit have no bound.
    """
    fixed, open_ends = group.last
    least, most = _times(quantifier)
    choices = fixed > 0 or open_ends > 0
    if math.isinf(most):
        more = (math.inf if choices else 0.0, 1)
    else:
        more = (math.log2(max(most - least, 0) + 1) + max(most - 1, 0) * fixed, round(max(most - 1, 0) * open_ends))
    group.fixed += more[0]
    group.open_ends += more[1]
    group.last = (fixed + more[0], open_ends + more[1])


def _times(quantifier: str) -> tuple[float, float]:
    """Return the least and the most repetitions. Braces that are not a quantifier count as one."""
    found = _BOUNDS.match(quantifier)
    if found is None:
        return (0, 1) if quantifier[0] == "?" else (0, math.inf)
    if not found[1] and not found[3]:
        return (1, 1)
    least = float(found[1] or 0)
    most = float(found[3]) if found[3] else math.inf if found[2] else least
    return least, most
