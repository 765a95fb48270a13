"""Laws of promises: the same calls however often the clock is read, and the same states by intervals and by points."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from airflow_dre.slo.history import Interval, State, join
from airflow_dre.slo.observation import Observation
from airflow_dre.slo.promise import Evidence, FreshnessPromise, state_of_promise, timeline
from airflow_dre.slo.watching import CallKind, Looked, Memory, SlaCall, begin, look
from tests.examples import tries
from tests.slo.promises import CHANGES, moments, promises, state_at

NEVER = timedelta(days=10_000)
SECOND = timedelta(seconds=1)


@st.composite
def watched(draw: st.DrawFn) -> tuple[FreshnessPromise, Evidence, datetime]:
    """Draw a promise, what is known of it, and a moment near to a change of the clocks."""
    around = draw(st.sampled_from(CHANGES))
    declared = draw(moments(around, 40))
    newest = draw(st.none() | moments(around, 60))
    start = max(declared, draw(moments(around, 30)))
    return draw(promises()), Evidence(newest=newest, declared=declared, settled=declared), start


def fold(promise: FreshnessPromise, memory: Memory, looks: Iterable[tuple[datetime, Observation]], gap: timedelta = NEVER) -> Looked:
    """Return the last memory, all intervals and all calls of looks."""
    intervals: list[Interval] = []
    calls: list[SlaCall] = []
    for at, observation in looks:
        looked = look(promise, memory, observation, at, gap=gap)
        memory = looked.memory
        intervals += looked.intervals
        calls += looked.calls
    return Looked(memory, join(intervals), tuple(calls))


def thinned(calls: Iterable[SlaCall], looks: Iterable[datetime]) -> list[SlaCall]:
    """Return the calls without the repeats that have a later repeat before the same look."""
    ends = sorted(looks)
    last = {next(end for end in ends if call.at <= end): call for call in calls if call.kind is CallKind.REPEAT}
    return [call for call in calls if call.kind is not CallKind.REPEAT or call in last.values()]


@tries(40)
@given(watched(), st.integers(1, 600), st.lists(st.integers(1, 600), max_size=4))
def test_stepping_second_by_second_and_jumping_give_the_same_calls(
    drawn: tuple[FreshnessPromise, Evidence, datetime], seconds: int, stops: list[int]
) -> None:
    promise, evidence, start = drawn
    found = Observation(newest=evidence.newest)
    first = look(promise, begin(evidence.declared), found, start, gap=NEVER)
    end = start + seconds * SECOND
    jumps = sorted({end, *(start + stop * SECOND for stop in stops if stop < seconds)})
    stepped = fold(promise, first.memory, ((start + step * SECOND, found) for step in range(1, seconds + 1)))
    jumped = fold(promise, first.memory, ((at, found) for at in jumps))
    assert list(jumped.calls) == thinned(stepped.calls, jumps)
    assert jumped.memory == stepped.memory
    assert jumped.intervals == stepped.intervals


@tries(20)
@given(watched(), st.lists(st.integers(1, 60 * 36), min_size=1, max_size=5))
def test_looking_each_minute_and_jumping_for_days_give_the_same_calls(
    drawn: tuple[FreshnessPromise, Evidence, datetime], stops: list[int]
) -> None:
    promise, evidence, start = drawn
    found = Observation(newest=evidence.newest)
    memory = begin(evidence.declared)
    jumps = sorted({start + timedelta(minutes=stop) for stop in stops})
    every = timedelta(minutes=1)
    stepped = fold(promise, memory, ((start + step * every, found) for step in range(max(stops) + 1)))
    jumped = fold(promise, memory, ((at, found) for at in [start, *jumps]))
    assert list(jumped.calls) == thinned(stepped.calls, [start, *jumps])
    assert jumped.memory == stepped.memory


@tries(60)
@given(watched(), st.integers(1, 72 * 3600), st.lists(st.integers(0, 72 * 3600), max_size=20))
def test_states_by_intervals_are_those_by_points(
    drawn: tuple[FreshnessPromise, Evidence, datetime], seconds: int, points: list[int]
) -> None:
    promise, evidence, start = drawn
    end = start + seconds * SECOND
    intervals = timeline(promise, evidence, start, end)
    assert_contiguous(intervals, start, end)
    edges = [interval.start for interval in intervals] + [interval.end - timedelta(microseconds=1) for interval in intervals]
    for at in [*edges, *(start + point % seconds * SECOND for point in points)]:
        assert state_at(intervals, at) is state_of_promise(promise, evidence, at), at


@tries(60)
@given(watched(), st.lists(st.integers(1, 36 * 3600), min_size=1, max_size=6))
def test_a_fold_over_looks_has_the_states_of_the_promise_itself(
    drawn: tuple[FreshnessPromise, Evidence, datetime], stops: list[int]
) -> None:
    promise, evidence, _ = drawn
    looks = sorted({evidence.declared + stop * SECOND for stop in stops})
    folded = fold(promise, begin(evidence.declared), ((at, Observation(newest=evidence.newest)) for at in looks))
    assert folded.intervals == timeline(promise, evidence, evidence.declared, looks[-1])


@st.composite
def changing(draw: st.DrawFn) -> tuple[FreshnessPromise, datetime, list[tuple[datetime, Observation]]]:
    """Draw looks that find different things, and clocks that go back."""
    around = draw(st.sampled_from(CHANGES))
    observation = st.builds(Observation, newest=st.none() | moments(around, 60)) | st.just(Observation(unknown="connection refused"))
    looks = draw(st.lists(st.tuples(moments(around, 48), observation), min_size=1, max_size=12))
    return draw(promises()), around - timedelta(hours=50), looks


@tries(60)
@given(changing(), st.booleans())
def test_intervals_are_contiguous_whatever_looks_find(
    drawn: tuple[FreshnessPromise, datetime, list[tuple[datetime, Observation]]], sleeps: bool
) -> None:
    promise, declared, looks = drawn
    folded = fold(promise, begin(declared), looks, timedelta(hours=2) if sleeps else NEVER)
    assert_contiguous(folded.intervals, declared, max(at for at, _ in looks))


@tries(60)
@given(changing())
def test_a_clock_that_goes_back_changes_nothing_and_calls_nothing(
    drawn: tuple[FreshnessPromise, datetime, list[tuple[datetime, Observation]]],
) -> None:
    promise, declared, looks = drawn
    forward = [(at, found) for index, (at, found) in enumerate(looks) if all(at > before for before, _ in looks[:index])]
    assert fold(promise, begin(declared), looks) == fold(promise, begin(declared), forward)


@tries(60)
@given(changing())
def test_each_miss_is_called_once_and_ends_with_one_recovery(
    drawn: tuple[FreshnessPromise, datetime, list[tuple[datetime, Observation]]],
) -> None:
    promise, declared, looks = drawn
    folded = fold(promise, begin(declared), looks)
    turns = [call.kind for call in folded.calls if call.kind in (CallKind.MISS, CallKind.RECOVER)]
    assert turns == [CallKind.MISS, CallKind.RECOVER] * (len(turns) // 2) + [CallKind.MISS] * (len(turns) % 2)
    assert (folded.memory.miss is not None) is (len(turns) % 2 == 1)
    assert all(call.due <= call.at for call in folded.calls if call.kind is not CallKind.WARN)


def assert_contiguous(intervals: tuple[Interval, ...], start: datetime, end: datetime) -> None:
    """Fail unless intervals fill a stretch of time without gaps, overlaps and neighbours of one state."""
    assert (intervals[0].start, intervals[-1].end) == (start, end)
    assert all(one.end == other.start and one.state is not other.state for one, other in pairwise(intervals))
    assert all(interval.start < interval.end for interval in intervals)
    assert {interval.state for interval in intervals} <= set(State)
