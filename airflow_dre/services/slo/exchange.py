"""Objectives in files of OpenSLO: those of ``[dre] slas_folder``, and all that are declared as one file."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.services.slo.files import SUFFIXES, is_openslo_text, stamp_of
from airflow_dre.services.slo.objectives import declare_objectives
from airflow_dre.services.wiring import Wiring
from airflow_dre.slo.declared import SLO
from airflow_dre.slo.document import from_document
from airflow_dre.store.slos import read_slos
from airflow_dre.tools.openslo.reading import read_openslo
from airflow_dre.tools.openslo.writing import WrittenFile, write_openslo

log = logging.getLogger(__name__)


@dataclass(slots=True)
class SloFiles:
    """The objectives of the files of OpenSLO in a folder, and the mistakes in them."""

    slos: list[SLO] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """Each with file and line under ``where``."""
    notes: list[str] = field(default_factory=list)
    """Parts that are ignored."""


def read_slo_files(folder: Path) -> SloFiles:
    """Read the objectives of all files of OpenSLO below a folder. A mistake costs the objectives of no other document.

    Of objectives with one name the first counts, by the order of their files.
    """
    found = SloFiles()
    homes: dict[str, str] = {}
    for path in sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file()):
        name = str(path.relative_to(folder))
        try:
            text = path.read_text(encoding="utf-8")
            if not is_openslo_text(text):
                continue
            read = read_openslo(text, name)
        except DefinitionError as error:
            found.problems += error.problems
            continue
        except (OSError, UnicodeDecodeError) as error:
            found.problems.append(Problem(name, "file", str(error), "a file that can be read as UTF-8"))
            continue
        found.problems += read.problems
        found.notes += read.notes
        for definition in read.definitions:
            if definition.name in homes:
                found.problems.append(Problem(name, "metadata.name", definition.name, f"another name: {homes[definition.name]} has it"))
                continue
            homes[definition.name] = name
            found.slos.append(SLO.of(definition))
    return found


def export_objectives(wiring: Wiring) -> WrittenFile:
    """Return all objectives that are declared as documents of OpenSLO.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    with wiring.open_store().database.read() as connection:
        stored = read_slos(connection)
    return write_openslo(from_document(row.definition) for row in stored)


_read: dict[tuple[str, str, str], tuple[tuple[str, int, int], ...]] = {}
"""The files of each folder as they were read last in this process."""


def declare_slo_files(wiring: Wiring, dag_id: str, folder: Path | None, at: datetime) -> tuple[str, ...]:
    """Keep the objectives of the files of OpenSLO of a folder if a file has changed, and return what is wrong with them.

    :param folder: None: no folder is configured, so that those of an earlier one end.
    :raises airflow_dre.errors.StoreError: the store is down.
    """
    key, stamp = (wiring.settings.store_url, dag_id, str(folder)), () if folder is None else stamp_of(folder)
    if _read.get(key) == stamp:
        return ()
    found = SloFiles() if folder is None else read_slo_files(folder)
    declare_objectives(wiring, dag_id, found.slos, at, in_file=True)
    _read[key] = stamp
    problems = tuple(str(problem) for problem in found.problems)
    for problem in problems:
        log.error("airflow-dre: %s", problem)
    for note in found.notes:
        log.info("airflow-dre: %s", note)
    return problems
