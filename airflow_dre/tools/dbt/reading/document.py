"""The tables and the generic tests of a ``schema.yml``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from airflow_dre.errors import DefinitionError
from airflow_dre.tools.dbt.reading.yaml import ALLOWED, read_yaml

_CONFIGURED = {
    "alias",
    "database",
    "enabled",
    "error_if",
    "fail_calc",
    "group",
    "limit",
    "meta",
    "schema",
    "severity",
    "store_failures",
    "store_failures_as",
    "tags",
    "warn_if",
    "where",
}
"""Keys of the ``config`` of a test, which older projects have among its arguments."""
_KINDS = ("models", "seeds", "snapshots")
_PLAIN = re.compile(r"[\w$-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One generic test as it was written."""

    subject: str
    """Its name in an error."""
    kind: str
    """Its name, with its package: ``not_null``, ``dbt_utils.accepted_range``."""
    column: str | None
    """The column as the project spells it in SQL."""
    arguments: Mapping[str, object]
    config: Mapping[str, object]
    name: str | None = None
    description: str | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DbtTable:
    """One model, seed, snapshot or table of a source."""

    place: str
    name: str
    """``orders``, ``orders.v2`` or ``source.table``."""
    content: Mapping[str, object]
    columns: Sequence[Mapping[str, object]] = field(default=())
    tests: Sequence[object] = field(default=())

    @property
    def written(self) -> list[tuple[Mapping[str, object] | None, object]]:
        """Every test with the column that it is written at."""
        found: list[tuple[Mapping[str, object] | None, object]] = [(None, test) for test in self.tests]
        return found + [(column, test) for column in self.columns for test in _listed(_tests_of(column), self.place)]


def read_tables(schema: object) -> dict[str, DbtTable]:
    """Return the tables of the document by name, with one for each version of a model.

    :raises DefinitionError: it is not such a document.
    """
    content = read_yaml(schema)
    if not isinstance(content, Mapping) or not content.keys() & {*_KINDS, "sources"}:
        raise DefinitionError.about(
            "from_dbt",
            "properties",
            content if not isinstance(content, Mapping) else sorted(map(str, content)),
            f"{ALLOWED} with models, sources, seeds or snapshots",
        )
    found: dict[str, DbtTable] = {}
    for kind in _KINDS:
        for item in _items(content, kind, "from_dbt"):
            found |= {table.name: table for table in _versions(item, f"{kind}.{item['name']}")}
    for source in _items(content, "sources", "from_dbt"):
        for item in _items(source, "tables", f"sources.{source['name']}"):
            place, name = f"sources.{source['name']}.{item['name']}", f"{source['name']}.{item['name']}"
            found[name] = _table(place, name, {"source": source, **item}, item)
    return found


def _versions(item: Mapping[str, object], place: str) -> Iterator[DbtTable]:
    """Yield the versions of a model, each with its own tests or those of the model, and with the columns that it includes or adds."""
    name = str(item["name"])
    versions = item.get("versions")
    if not versions:
        yield _table(place, name, item, item)
        return
    base = _table(place, name, item, item)
    for version in _listed(versions, place):
        if not isinstance(version, Mapping) or "v" not in version:
            raise DefinitionError.about(place, "versions", version, "dicts with v")
        own = [column for column in _listed(version.get("columns"), place) if isinstance(column, Mapping)]
        chosen = next((column for column in own if "include" in column), {"include": "all"})
        include, exclude = chosen.get("include"), chosen.get("exclude") or ()
        columns = [
            column
            for column in base.columns
            if (include in ("all", "*") or column["name"] in _listed(include, place)) and column["name"] not in _listed(exclude, place)
        ]
        tests = _tests_of(version)
        yield DbtTable(
            place=f"{place}.v{version['v']}",
            name=f"{name}.v{version['v']}",
            content={**item, **version},
            columns=[*columns, *_columns({"columns": [column for column in own if "include" not in column]}, place)],
            tests=base.tests if tests is None else _listed(tests, place),
        )


def _table(place: str, name: str, content: Mapping[str, object], item: Mapping[str, object]) -> DbtTable:
    return DbtTable(place=place, name=name, content=content, columns=_columns(item, place), tests=_listed(_tests_of(item), place))


def _columns(item: Mapping[str, object], place: str) -> list[Mapping[str, object]]:
    return list(_items(item, "columns", place))


def _tests_of(item: Mapping[str, object]) -> object:
    return item.get("data_tests", item.get("tests"))


def _items(content: Mapping[str, object], kind: str, place: str) -> Iterator[Mapping[str, object]]:
    for item in _listed(content.get(kind), f"{place} {kind}"):
        if not isinstance(item, Mapping) or not isinstance(item.get("name"), str):
            raise DefinitionError.about(place, kind, item, "dicts with a name")
        yield item


def _listed(value: object, place: str) -> Sequence[object]:
    if value is None:
        return ()
    if isinstance(value, (list, tuple)):
        return value
    raise DefinitionError.about(place, "list", value, "a list")


def read_test(table: DbtTable, column: Mapping[str, object] | None, written: object) -> Test:
    """Return one test in any of dbt's forms.

    :raises DefinitionError: it has another form.
    """
    place = table.place if column is None else f"{table.place}.{column['name']}"
    match written:
        case str(kind):
            given: Mapping[str, object] = {}
        case Mapping() if isinstance(written.get("test_name"), str):
            kind = str(written["test_name"])
            given = {name: value for name, value in written.items() if name != "test_name"}
        case Mapping() if len(written) == 1:
            ((kind, given),) = written.items()
        case _:
            raise DefinitionError.about(place, "test", written, "a name, a dict with one name and its arguments, or a dict with test_name")
    if not isinstance(kind, str) or not isinstance(given, Mapping):
        raise DefinitionError.about(place, "test", written, "a name with a dict of arguments")
    config = {**{name: given[name] for name in given if name in _CONFIGURED}, **_mapping(given.get("config"))}
    about = {"config", "arguments", "description", "name"}
    arguments = {str(name): value for name, value in given.items() if name not in _CONFIGURED | about} | _mapping(given.get("arguments"))
    spelled = None if column is None else _spelled(column)
    return Test(
        subject=f"{place} {kind}",
        kind=kind.removeprefix("dbt."),
        column=spelled or (str(arguments.pop("column_name")) if "column_name" in arguments else None),
        arguments=arguments,
        config={name: value for name, value in config.items() if value is not None},
        name=_text(given.get("name")),
        description=_text(given.get("description")),
        owner=_text(_mapping(config.get("meta")).get("owner")) or _owner(table.content),
        tags=tuple(dict.fromkeys([*_tags(column or {}), *_tags({"config": config})])),
    )


def _spelled(column: Mapping[str, object]) -> str:
    name = str(column["name"])
    return '"' + name.replace('"', '""') + '"' if column.get("quote") is True else name


def _owner(content: Mapping[str, object]) -> str | None:
    metas = [_mapping(_mapping(content.get("config")).get("meta")), _mapping(content.get("meta"))]
    return next((owner for meta in metas if (owner := _text(meta.get("owner")))), None)


def _tags(item: Mapping[str, object]) -> list[str]:
    found: list[str] = []
    for given in (item.get("tags"), _mapping(item.get("config")).get("tags")):
        found += [given] if isinstance(given, str) else [str(tag) for tag in given] if isinstance(given, (list, tuple)) else []
    return found


def name_table(table: DbtTable, schema: str | None) -> str:
    """Return the name of a table in SQL, by its alias, and for a source with its own schema."""
    content, config = table.content, _mapping(table.content.get("config"))
    if "source" in content:
        source = _mapping(content["source"])
        return ".".join(
            quoted_part(str(part)) for part in (source.get("schema") or source["name"], content.get("identifier") or content["name"])
        )
    plain = table.name.replace(".v", "_v")
    name = quoted_part(str(config.get("alias") or content.get("alias") or plain))
    return name if schema is None else f"{quoted_part(schema)}.{name}"


def quoted_part(part: str) -> str:
    """Return a part of a name, in double quotes where it is odd."""
    return part if _PLAIN.fullmatch(part) else '"' + part.replace('"', '""') + '"'


def _mapping(value: object) -> dict[str, object]:
    return {str(name): item for name, item in value.items()} if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    """Return a text unless it has Jinja, which only dbt renders."""
    return value.strip() if isinstance(value, str) and value.strip() and "{{" not in value and "{%" not in value else None
