"""One local Spark for all tests of a run, with a Spark Connect server in the same Java process."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def why_missing() -> str | None:
    """Return why Spark cannot be started here, or None where it can."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None:
        return "Spark needs Java 17 or later: there is no java on the PATH and no JAVA_HOME"
    if subprocess.run([java, "-version"], capture_output=True, check=False).returncode:
        return f"Spark needs Java 17 or later: {java} does not run"
    return None


def free_port() -> int:
    """Return a port of loopback at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


SMALL = {"spark.sql.adaptive.enabled": "false", "spark.sql.shuffle.partitions": "1"}
"""Settings of a session for many questions about a dozen rows: planning in stages would take longer than they do."""

UNCOMPILED = "--conf spark.sql.codegen.wholeStage=false --conf spark.sql.codegen.factoryMode=NO_CODEGEN pyspark-shell"
"""``PYSPARK_SUBMIT_ARGS`` of a process that reads a few rows: compiling takes longer than they do."""


JAVA = " ".join(
    [
        "-XX:TieredStopAtLevel=1",
        "-XX:ReservedCodeCacheSize=240m -XX:-UseCodeCacheFlushing",  # what was compiled stays
        "-XX:+UseSerialGC -XX:MetaspaceSize=512m",
        "-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote -XX:-UsePerfData",
    ]
)
"""Options of a Java process that loads many classes and lives for a few minutes."""


@contextlib.contextmanager
def running(folder: Path) -> Iterator[tuple[Any, str]]:
    """Yield a classic session, and the address of a Connect server beside it."""
    with warnings.catch_warnings():  # of pandas 3, which pyspark does not know yet
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

        port = free_port()
        settings = {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.memory": "1g",
            "spark.driver.extraJavaOptions": f"{JAVA} -Xms1g -Xmn512m",  # much is made and little is kept
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.log.level": "OFF",
            "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
            "spark.connect.grpc.binding.address": "127.0.0.1",
            "spark.connect.grpc.binding.port": str(port),
            "spark.sql.shuffle.partitions": "1",
            "spark.sql.ui.explainMode": "simple",  # no test reads how a plan is described
            "spark.sql.debug.maxToStringFields": "1",
            "spark.sql.maxPlanStringLength": "0",
            "spark.sql.codegen.wholeStage": "false",  # compiling takes longer than a dozen rows do; the benchmark compiles
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
            "spark.default.parallelism": "2",
            "spark.sql.session.timeZone": "America/New_York",
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
            "spark.local.dir": str(folder / "local"),
            "spark.hadoop.hadoop.tmp.dir": str(folder / "hadoop"),
        }
        builder = SparkSession.builder.master("local[2]").appName("airflow-dre-tests")
        for name, value in settings.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        try:
            yield session, f"sc://127.0.0.1:{port}"
        finally:
            session.stop()
