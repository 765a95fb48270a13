"""All waits of one event loop: a query a tick for all that wait for a table, and a round for all tables of a connection.

Ticks are the multiples of the interval on the clock of the loop, so that waits with the same interval, and with multiples of it, fall on
the same ticks. Rounds run in threads. Answers are passed on one at a time, so that a thousand waits do not block the loop.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from airflow_dre.services.slo.answers import NewestAnswer
    from airflow_dre.services.slo.rounds import Answers, Round
    from airflow_dre.services.slo.targets import Target

GATHER_SECONDS = 0.05
"""How long a round waits for others that want to be asked, too."""
_MOST_RECENT, _MOST_PLACES = 10_000, 1_000


@dataclass(slots=True, eq=False)
class _Waiter:
    """One who waits for an answer."""

    target: Target
    seconds: float
    """How long the answer may take from when the round begins."""
    answer: asyncio.Future[NewestAnswer]


@dataclass(slots=True)
class _Place:
    """The waits of one place, such as a connection."""

    pending: list[_Waiter] = field(default_factory=list)
    """Those that the next round asks for."""
    asking: dict[Target, list[_Waiter]] = field(default_factory=dict)
    """Those that the present round asks for."""
    recent: dict[Target, tuple[float, NewestAnswer]] = field(default_factory=dict)
    """The moments and the answers of the last round."""
    round: Round | None = None
    alarms: list[asyncio.TimerHandle] = field(default_factory=list)
    """Ends of the times that the answers of the round may take."""


class Waits:
    """The waits of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._places: dict[str, _Place] = {}
        self._ticks: dict[float, list[_Waiter]] = {}
        self._order: list[float] = []
        self._alarm: asyncio.TimerHandle | None = None
        self._imports: asyncio.Future[ModuleType] | None = None

    async def load(self) -> None:
        """Import what asks, in a thread: the imports would block the loop."""
        if self._imports is None:
            self._imports = asyncio.ensure_future(asyncio.to_thread(_import_rounds))
        await asyncio.shield(self._imports)

    async def ask_first(self, target: Target, seconds: float, interval: float) -> NewestAnswer:
        """Return the answer of this tick, where there is one or a round asks for it, or else of a round that begins now.

        :param seconds: how long the answer may take.
        :param interval: seconds between two ticks.
        """
        from airflow_dre.services.slo.rounds import round_place

        place = self._places.setdefault(round_place(target), _Place())
        now = self._loop.time()
        at, known = place.recent.get(target, (-math.inf, None))
        if known is not None and known.error is None and at >= _tick_before(now, interval):
            return known
        waiter = _Waiter(target, seconds, self._loop.create_future())
        if target in place.asking:
            place.asking[target].append(waiter)
        else:
            self._schedule(waiter, now + GATHER_SECONDS)
        return await waiter.answer

    async def ask_at(self, target: Target, seconds: float, moment: float) -> NewestAnswer:
        """Return the answer of the first round from a moment on, on the clock of the loop."""
        waiter = _Waiter(target, seconds, self._loop.create_future())
        self._schedule(waiter, moment)
        return await waiter.answer

    def now(self) -> float:
        """Return the moment on the clock of the loop."""
        return self._loop.time()

    def next_tick(self, interval: float) -> float:
        """Return when the next tick is."""
        interval = max(interval, GATHER_SECONDS)
        return _tick_before(self._loop.time(), interval) + interval

    def _schedule(self, waiter: _Waiter, moment: float) -> None:
        if moment not in self._ticks:
            self._ticks[moment] = []
            heapq.heappush(self._order, moment)
        self._ticks[moment].append(waiter)
        self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is not None and self._order and self._alarm.when() <= self._order[0]:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = None
        if self._order:
            self._alarm = self._loop.call_at(self._order[0], self._tick, context=contextvars.Context())

    def _tick(self) -> None:
        """Let those that are due be asked, and those that are due in a moment."""
        from airflow_dre.services.slo.rounds import round_place

        self._alarm = None
        until, due = self._loop.time() + GATHER_SECONDS, list[_Waiter]()
        while self._order and self._order[0] <= until:
            due += self._ticks.pop(heapq.heappop(self._order))
        self._set_alarm()
        if len(self._places) > _MOST_PLACES:
            self._places = {name: place for name, place in self._places.items() if place.round is not None}
        touched: dict[str, None] = {}
        for waiter in due:
            if not waiter.answer.done():  # a wait that was cancelled is not asked for
                name = round_place(waiter.target)
                self._places.setdefault(name, _Place()).pending.append(waiter)
                touched[name] = None
        for name in touched:
            self._begin(name, self._places[name])

    def _begin(self, name: str, place: _Place) -> None:
        """Begin a round unless one is under way, which is followed by the next."""
        from airflow_dre.services.slo.rounds import Round

        if place.round is not None:
            return
        waiters = [waiter for waiter in place.pending if not waiter.answer.done()]
        place.pending = []
        if not waiters:
            return
        for waiter in waiters:
            place.asking.setdefault(waiter.target, []).append(waiter)
        longest = max(waiter.seconds for waiter in waiters)
        loop = self._loop

        def finish(begun: Round) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._finished, name, begun, context=contextvars.Context())

        place.round = Round.begin(tuple(place.asking), longest, finish)
        place.alarms = [
            loop.call_later(seconds, self._late, name, place.round, seconds, context=contextvars.Context())
            for seconds in {waiter.seconds for waiter in waiters}
        ]

    def _finished(self, name: str, ended: Round) -> None:
        place = self._places.get(name)
        if place is not None and place.round is ended:
            self._answered(name, place, ended.answers())

    def _late(self, name: str, begun: Round, seconds: float) -> None:
        """Leave a round that hangs, or end the waits whose answers may take no longer while the round goes on for others."""
        place = self._places.get(name)
        if place is None or place.round is not begun:
            return
        patient = any(waiter.seconds > seconds for waiters in place.asking.values() for waiter in waiters)
        if not patient:
            self._answered(name, place, begun.abandon())
            return
        answers = begun.unanswered(seconds)
        late = [waiter for waiters in place.asking.values() for waiter in waiters if waiter.seconds <= seconds]
        self._distribute(iter([(waiter, answers[waiter.target]) for waiter in late]))

    def _answered(self, name: str, place: _Place, answers: Answers) -> None:
        moment = self._loop.time()
        asked, place.asking, place.round = place.asking, {}, None
        for alarm in place.alarms:
            alarm.cancel()
        if len(place.recent) > _MOST_RECENT:
            place.recent.clear()
        place.recent |= {target: (moment, answer) for target, answer in answers.items()}
        self._distribute(iter([(waiter, answers[target]) for target, waiters in asked.items() for waiter in waiters]))
        self._begin(name, place)

    def _distribute(self, answers: Iterator[tuple[_Waiter, NewestAnswer]]) -> None:
        """Pass on one answer, and the next one after the work that waits meanwhile."""
        for waiter, answer in answers:
            if not waiter.answer.done():
                waiter.answer.set_result(answer)
                self._loop.call_soon(self._distribute, answers, context=contextvars.Context())
                return


def _import_rounds() -> ModuleType:
    """Import what asks.

    The garbage collector rests meanwhile, and does not visit later what is loaded by now. A full collection of all that Airflow and the
    drivers have loaded would block the loop for half a second, each time.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return import_module("airflow_dre.services.slo.rounds")
    finally:
        gc.freeze()
        if collects:
            gc.enable()


def _tick_before(moment: float, interval: float) -> float:
    """Return the last tick that was no later than a moment."""
    interval = max(interval, GATHER_SECONDS)
    return math.floor(moment / interval) * interval


_waits: WeakKeyDictionary[asyncio.AbstractEventLoop, Waits] = WeakKeyDictionary()


def waits_of_loop() -> Waits:
    """Return the waits of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _waits:
        _waits[loop] = Waits(loop)
    return _waits[loop]
