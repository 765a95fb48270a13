"""Rounds: the newest values and events of many targets, with one query a connection.

Each place (a connection, a folder of files, the results store) is asked in a thread of its own, within a limit of time. A place that hangs
delays no other, and is not asked again while its thread hangs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue

from airflow_dre.checks.kinds.freshness import FUTURE_TOLERANCE
from airflow_dre.engines.file_times import newest_file
from airflow_dre.errors import StatementTimeout, WarehouseUnreachable
from airflow_dre.services.asking import MOST_ABANDONED, Call, ask_within, no_answer
from airflow_dre.services.slo.answers import NewestAnswer
from airflow_dre.services.slo.event_round import ask_store
from airflow_dre.services.slo.freshness import Freshness
from airflow_dre.services.slo.question import ANSWER_WITHIN
from airflow_dre.services.slo.targets import AssetTarget, DagTarget, FileTarget, Target
from airflow_dre.services.slo.wait import FreshnessWait
from airflow_dre.services.slo.wait_judgement import judge_answer
from airflow_dre.services.slo.warehouse_round import ask_warehouse
from airflow_dre.slo.observation import Observation

Answers = Mapping[Target, NewestAnswer]
_OF_STATEMENTS = 0.9
"""Share of the time of a round that its statements may take."""
PATIENCE = 600.0
"""Seconds after which a place whose thread hangs is tried once more, since its connection may be lost for good."""


def observe(
    targets: Iterable[Target], at: datetime, *, answer_within: timedelta = ANSWER_WITHIN, tolerance: timedelta = FUTURE_TOLERANCE
) -> dict[Target, Observation]:
    """Return the newest value or event of each target, or why it is unknown, after one round.

    :param at: the moment of the question, which values may be ahead of by no more than ``tolerance``.
    :param answer_within: longest time of the round. A place that hangs is unknown after it.
    """
    found: dict[Target, Observation] = {}
    for answers in ask_rounds(targets, answer_within):
        found |= {target: answer.observe(at, tolerance) for target, answer in answers.items()}
    return found


def ask_rounds(targets: Iterable[Target], answer_within: timedelta = ANSWER_WITHIN) -> Iterator[Answers]:
    """Yield the answers of each place as soon as it has answered, and errors for the places that have not after ``answer_within``."""
    seconds = answer_within.total_seconds()
    until = time.monotonic() + seconds
    finished: SimpleQueue[Round] = SimpleQueue()
    waiting = {id(begun): begun for begun in (Round.begin(asked, seconds, finished.put) for asked in places_of(targets))}
    while waiting:
        try:
            one = finished.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            break
        del waiting[id(one)]
        yield one.answers()
    for late in waiting.values():
        yield late.abandon()


def ask_once(wait: FreshnessWait, now: datetime) -> Freshness:
    """Ask about one target and judge its age, within the limit of the wait.

    :raises Exception: any error of the question.
    :raises QueryFailed: the value is no moment, or lies in the future.
    """
    target, seconds = wait.target, wait.answer_within.total_seconds()
    answers = ask_within(seconds, lambda: _ask_place([target], seconds), f"{target.place}, asked about {target.shown},")
    return judge_answer(wait, answers[target], now)


_MOST_SLOW = 10_000
_slow: dict[Target, None] = {}
"""Targets whose last question was ended at its limit of time, for example because the table is locked."""


def round_place(target: Target) -> str:
    """Return the place that is asked about a target.

    Slow targets of a connection have a place of their own, so that the others need not wait for them.
    """
    return f"{target.place}, asked apart," if target in _slow else target.place


def places_of(targets: Iterable[Target]) -> list[Sequence[Target]]:
    """Return the targets by the place that is asked about them, each once."""
    places: dict[str, dict[Target, None]] = {}
    for target in targets:
        places.setdefault(round_place(target), {})[target] = None
    return [tuple(asked) for asked in places.values()]


class Round:
    """One round of questions to one place, in a thread of its own."""

    def __init__(self, targets: Sequence[Target], seconds: float) -> None:
        self.place = round_place(targets[0])
        """The place that is asked."""
        self._targets = targets
        self._seconds = seconds
        self._call: Call[Answers] = Call(lambda: _remembered(_ask_place(targets, seconds)))

    @classmethod
    def begin(cls, targets: Sequence[Target], seconds: float, finish: Callable[[Round], None]) -> Round:
        """Begin to ask a place, or refuse because a thread that asks it hangs.

        :param targets: targets of one place.
        :param finish: called with the round in its thread at the end, or at once.
        """
        begun = cls(targets, seconds)
        refused = _hanging_at(begun.place)
        if refused is not None:
            begun._call = Call(lambda: begun._failed(refused))
        begun._call.start(lambda: _end(begun, finish))
        return begun

    def answers(self) -> Answers:
        """Return the answers of a round that has finished. Every target has one."""
        try:
            return self._call.result()
        except Exception as error:  # whatever a driver or a store meets, the others have their answers
            return self._failed(error)

    def abandon(self) -> Answers:
        """Leave the thread of a round that has not finished, and return the error of each target."""
        with _lock:
            if not self._call.finished:
                self._call.abandoned = True
                _hanging.setdefault(self.place, {})[id(self)] = time.monotonic()
                return self.unanswered(self._seconds)
        return self.answers()

    def unanswered(self, seconds: float) -> Answers:
        """Return for each target the error of a question that was not answered in time."""
        return self._failed(no_answer(self.place, seconds))

    def _failed(self, error: Exception) -> Answers:
        return {target: NewestAnswer(target=target, error=error) for target in self._targets}


_hanging: dict[str, dict[int, float]] = {}
"""Threads that hang, by place, with the moment at which each was abandoned."""
_lock = threading.Lock()


def _end(ended: Round, finish: Callable[[Round], None]) -> None:
    with _lock:
        ended._call.finished = True
        _hanging.get(ended.place, {}).pop(id(ended), None)
    finish(ended)


def _hanging_at(place: str) -> WarehouseUnreachable | None:
    """Return why a place is not asked now, or None."""
    with _lock:
        threads = _hanging.get(place)
        if not threads:
            return None
        since = time.monotonic() - max(threads.values())
        if since > PATIENCE and len(threads) < MOST_ABANDONED:
            return None
    return WarehouseUnreachable(f"{place} does not answer: an earlier question to it waits since {since:.0f} s")


def _remembered(answers: Answers) -> Answers:
    """Remember which targets are slow, and return the answers."""
    for target, answer in answers.items():
        if not isinstance(answer.error, StatementTimeout):
            _slow.pop(target, None)
        elif len(_slow) < _MOST_SLOW:
            _slow[target] = None
    return answers


def _ask_place(targets: Sequence[Target], seconds: float) -> Answers:
    """Ask one place about all of its targets."""
    match targets[0]:
        case FileTarget():
            return {target: _ask_file(target) for target in targets if isinstance(target, FileTarget)}
        case AssetTarget() | DagTarget():
            return ask_store(targets)
        case first:
            asked = [target for target in targets if not isinstance(target, _OTHERS)]
            return ask_warehouse(first.conn_id, asked, seconds * _OF_STATEMENTS)


_OTHERS = (FileTarget, AssetTarget, DagTarget)


def _ask_file(target: FileTarget) -> NewestAnswer:
    try:
        newest, dataset = newest_file(target.file, target.shown)
    except Exception as error:  # a provider of the store may be missing
        return NewestAnswer(target=target, error=error)
    return NewestAnswer(target=target, value=newest, dataset=dataset)
