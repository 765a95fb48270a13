"""Packages of other people, as an installer leaves them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def install_package(folder: Path, name: str, entry_points: str, modules: Mapping[str, str] | None = None) -> None:
    """Write a package and its metadata into a folder of ``sys.path``.

    :param name: name of the distribution; its package is called the same with underscores.
    :param entry_points: content of ``entry_points.txt``.
    :param modules: source texts by names of modules of the package, ``__init__`` among them; None: metadata alone.
    """
    package = name.replace("-", "_")
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(entry_points)
    for module, source in (modules or {}).items():
        (folder / package).mkdir(exist_ok=True)
        (folder / package / f"{module}.py").write_text(source)


def run_with_packages(folder: Path, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a fresh process in which the packages of a folder are installed, and return its outputs.

    :raises AssertionError: it fails.
    """
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    whole = {**os.environ, "PYTHONPATH": path, **environment}
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=200, check=False, env=whole)
    assert ran.returncode == 0, ran.stderr
    return ran
