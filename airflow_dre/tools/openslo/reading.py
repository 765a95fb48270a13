"""Objectives read from files of OpenSLO v1. What cannot be expressed here is refused with its file, line and key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.slo.definition import SloDefinition, read_definition
from airflow_dre.slo.indicators import EventKind, Measure, Weighted, read_indicator
from airflow_dre.tools.openslo.alert_policies import read_alert_policies
from airflow_dre.tools.openslo.annotations import Annotations, read_annotations
from airflow_dre.tools.openslo.placed import Placed, read_placed
from airflow_dre.tools.openslo.vocabulary import CALENDAR, PASSED, READ, SOURCE, TOTALS, VERSION, read_openslo_duration

_DOCUMENT = ("apiVersion", "kind", "metadata", "spec")
_METADATA = ("name", "displayName", "labels", "annotations")
_SLO = ("description", "service", "indicator", "indicatorRef", "timeWindow", "budgetingMethod", "objectives", "alertPolicies")
_OBJECTIVE = (
    "displayName",
    "op",
    "value",
    "target",
    "targetPercent",
    "timeSliceTarget",
    "timeSliceWindow",
    "indicator",
    "indicatorRef",
    "compositeWeight",
)
_SLI = ("description", "thresholdMetric", "ratioMetric")
_RATIO = ("counter", "good", "bad", "total", "rawType", "raw")
_METHODS = ("Occurrences", "Timeslices", "RatioTimeslices")


@dataclass(slots=True)
class Read:
    """The objectives of a file, what is wrong with others, and what is ignored."""

    definitions: list[SloDefinition] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


Parts = Mapping[str, Mapping[str, Placed]]
"""Documents that others refer to, by kind and name."""


def read_openslo(text: str, file: str) -> Read:
    """Read a file of OpenSLO. A document with a mistake leaves the others of the file as they are.

    :param file: name of the file in messages.
    :raises DefinitionError: it is not YAML.
    """
    return read_openslo_documents(read_placed(text, file))


def read_openslo_documents(documents: Sequence[Placed]) -> Read:
    """Read documents of OpenSLO, which may refer to each other."""
    found = Read()
    parts: dict[str, dict[str, Placed]] = {kind: {} for kind in READ}
    slos = []
    for document in documents:
        try:
            kind, name = _head(document)
        except DefinitionError as error:
            found.problems += error.problems
            continue
        if kind in PASSED:
            found.notes.append(f"{document.file}:{document.line}: kind {kind} means nothing here, and is ignored")
        elif kind == "SLO":
            slos.append(document)
        else:
            parts[kind][name] = document
    for document in slos:
        try:
            found.definitions.append(_read_slo(document, parts, found.notes))
        except DefinitionError as error:
            found.problems += error.problems
    return found


def _head(document: Placed) -> tuple[str, str]:
    """Return the kind and the name of a document."""
    problems = document.keys(_DOCUMENT)
    version, kind = document.get("apiVersion"), document.get("kind")
    if version is None or version.plain != VERSION:
        problems.append(document.problem(VERSION, "apiVersion"))
    if kind is None or kind.plain not in (*READ, *PASSED):
        problems.append(document.problem(", ".join((*READ, *PASSED)), "kind"))
    if problems or kind is None:
        raise DefinitionError(problems)
    metadata = document.need("metadata", "a mapping with a name")
    problems = metadata.keys(_METADATA)
    name = metadata.get("name")
    if name is None or not isinstance(name.value, str):
        problems.append(metadata.problem("a name of small letters, digits and dashes", "name"))
    if problems or name is None:
        raise DefinitionError(problems)
    return str(kind.plain), str(name.plain)


def _read_slo(document: Placed, parts: Parts, notes: list[str]) -> SloDefinition:
    """Read an SLO.

    :raises DefinitionError: lists what is wrong with it.
    """
    spec = document.need("spec", "a mapping")
    metadata = document.need("metadata", "a mapping with a name")
    annotations = read_annotations(metadata)
    problems = spec.keys(_SLO)
    if problems:
        raise DefinitionError(problems)
    (window,) = _single(spec, "timeWindow", "a list of one time window")
    objectives = spec.need("objectives", "a list of objectives").items
    given: dict[str, object] = {
        "name": metadata.need("name", "a name").plain,
        **_read_window(window),
        **_read_method(spec, objectives, annotations),
        **annotations.arguments,
    }
    description = spec.get("description")
    given["description"] = None if description is None else description.text
    given["sli"] = _read_sli(spec, objectives, annotations, parts)
    policies = spec.get("alertPolicies")
    alerts, routes = read_alert_policies(policies, parts, _length(window), notes)
    given["alerts"] = [*alerts, *annotations.budget_alerts] or "none"
    given.setdefault("routes", routes)
    definition = _checked(spec, lambda: read_definition(f"SLO {given['name']}", given))
    return annotations.complete(definition)


def _checked(place: Placed, read: Callable[[], SloDefinition]) -> SloDefinition:
    """Read a definition, and name the place of what is wrong with it."""
    try:
        return read()
    except DefinitionError as error:
        where = f"{place.file}:{place.line}"
        raise DefinitionError([Problem(where, problem.argument, problem.value, problem.allowed) for problem in error.problems]) from None


def _single(spec: Placed, key: str, allowed: str) -> list[Placed]:
    items = spec.need(key, allowed).items
    if len(items) != 1:
        raise spec.refuse(allowed, key)
    return items


def _read_window(window: Placed) -> dict[str, object]:
    problems = window.keys(("duration", "isRolling", "calendar"))
    if problems:
        raise DefinitionError(problems)
    duration, calendar = window.need("duration", "a duration such as 30d"), window.get("calendar")
    if calendar is None:
        length = read_openslo_duration(duration.text)
        if length is None:
            raise duration.refuse("a rolling duration in minutes, hours, days or weeks such as 30d; 1M, 1Q and 1Y need a calendar")
        return {"window": length}
    problems = calendar.keys(("startTime", "timeZone"))
    units = {text: unit for unit, text in CALENDAR.items()}
    if duration.text not in units:
        problems.append(window.problem(f"{', '.join(units)} with a calendar", "duration"))
    if problems:
        raise DefinitionError(problems)
    zone = calendar.get("timeZone")
    return {"window": units[duration.text].value, "time_zone": None if zone is None else zone.text}


def _length(window: Placed) -> Placed:
    return window.need("duration", "a duration")


def _read_method(spec: Placed, objectives: Sequence[Placed], annotations: Annotations) -> dict[str, object]:
    method = spec.need("budgetingMethod", ", ".join(_METHODS))
    if method.plain not in _METHODS:
        raise method.refuse(", ".join(_METHODS))
    problems = [problem for entry in objectives for problem in entry.keys(_OBJECTIVE)]
    problems += [
        entry.problem("nothing: thresholds of raw metrics cannot be expressed here, only ratios", key)
        for entry in objectives
        for key in ("op", "value")
        if entry.get(key) is not None
    ]
    if not objectives:
        problems.append(spec.problem("a list with an objective", "objectives"))
    if len(objectives) > 1 and annotations.composite is None:
        problems.append(
            spec.problem("one objective: write an SLO for each; several are read only if they are a weighted composite", "objectives")
        )
    if problems:
        raise DefinitionError(problems)
    first = objectives[0]
    target, percent = first.get("target"), first.get("targetPercent")
    if (target is None) == (percent is None):
        raise first.refuse("either target or targetPercent", "target")
    share, width = first.get("timeSliceTarget"), first.get("timeSliceWindow")
    length = None if width is None else read_openslo_duration(width.text)
    if width is not None and length is None:
        raise width.refuse("a duration such as 15m")
    return {
        "budgeting": method.plain,
        "target": target.text if target is not None else f"{percent.text if percent is not None else ''}%",
        "slice_target": None if share is None else share.text,
        "slice": length,
    }


def _read_sli(spec: Placed, objectives: Sequence[Placed], annotations: Annotations, parts: Parts) -> Measure:
    if annotations.composite is not None:
        weights = []
        for entry in objectives:
            name, weight = entry.need("displayName", "the name of an SLO"), entry.need("compositeWeight", "a whole number from 1")
            if not weight.text.isdecimal() or int(weight.text) < 1:
                raise weight.refuse("a whole number from 1")
            weights.append((name.text, int(weight.text)))
        return Weighted(tuple(weights))
    places = [spec, *objectives]
    inline = next((place.get("indicator") for place in places if place.get("indicator") is not None), None)
    reference = next((place.get("indicatorRef") for place in places if place.get("indicatorRef") is not None), None)
    if (inline is None) == (reference is None):
        raise spec.refuse("either indicator or indicatorRef", "indicator")
    if inline is not None:
        return _read_indicator(inline.need("spec", "a mapping"))
    known = parts["SLI"]
    if reference is None or reference.plain not in known:
        named = ", ".join(known) or "none"
        raise spec.refuse(f"the name of an SLI of this file: {named}", "indicatorRef")
    return _read_indicator(known[reference.text].need("spec", "a mapping"))


def _read_indicator(spec: Placed) -> Measure:
    problems = spec.keys(_SLI)
    if spec.get("thresholdMetric") is not None:
        problems.append(spec.problem("ratioMetric: thresholds of raw metrics cannot be expressed here", "thresholdMetric"))
    if problems:
        raise DefinitionError(problems)
    ratio = spec.need("ratioMetric", "a mapping with good and total")
    problems = ratio.keys(_RATIO)
    problems += [ratio.problem("good and total", key) for key in ("bad", "raw", "rawType") if ratio.get(key) is not None]
    if problems:
        raise DefinitionError(problems)
    good, total = (_read_metric(ratio.need(key, "a mapping with metricSource")) for key in ("good", "total"))
    kinds = {kind.value: kind for kind in EventKind}
    count = good.need("count", ", ".join(kinds))
    if count.plain not in kinds:
        raise count.refuse(", ".join(kinds))
    all_events = total.need("count", TOTALS[kinds[count.text]])
    if all_events.plain != TOTALS[kinds[count.text]]:
        raise all_events.refuse(TOTALS[kinds[count.text]])
    plain = good.plain
    named = {key: value for key, value in plain.items() if key != "count"} if isinstance(plain, dict) else {}
    try:
        return read_indicator("good", {"counts": kinds[count.text], **named})
    except DefinitionError as error:
        raise DefinitionError([good.problem(problem.allowed, problem.argument) for problem in error.problems]) from None


def _read_metric(metric: Placed) -> Placed:
    source = metric.need("metricSource", f"a mapping with type: {SOURCE}")
    problems = source.keys(("type", "spec", "metricSourceRef"))
    kind = source.get("type")
    if kind is None or kind.plain != SOURCE:
        problems.append(source.problem(f"{SOURCE}: queries of other systems cannot be evaluated here", "type"))
    if problems:
        raise DefinitionError(problems)
    return source.need("spec", "a mapping with count")
