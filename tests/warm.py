"""Airflow's commands in forks of a process that has imported Airflow: a command costs little more than its imports.

The first process only imports. A fork configures Airflow from its own environment, as a process does that starts with the command.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path

MODULES = (
    "airflow.__main__",
    "airflow.api_fastapi.execution_api.app",
    "airflow.api_fastapi.execution_api.routes",
    "airflow.api_fastapi.execution_api.versions",
    "airflow.cli.commands.connection_command",
    "airflow.cli.commands.dag_command",
    "airflow.dag_processing.collection",
    "airflow.dag_processing.dagbag",
    "airflow.dag_processing.processor",
    "airflow.models.serialized_dag",
    "airflow.providers.openlineage.plugins.listener",
    "airflow.providers.sqlite.hooks.sqlite",
    "airflow.providers.standard.decorators.python",
    "airflow.providers.standard.operators.empty",
    "airflow.sdk.definitions.decorators",
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
    "airflow.serialization.definitions.dag",
    "airflow_dre.channels.webhook",
    "airflow_dre.checks.declared.parse",
    "airflow_dre.checks.declared.row_builders",
    "airflow_dre.cli",
    "airflow_dre.engines.sqlite",
    "airflow_dre.engines.warehouse",
    "airflow_dre.listeners.runs",
    "airflow_dre.monitor",
    "airflow_dre.notifications.incidents",
    "airflow_dre.operators.monitor",
    "airflow_dre.operators.quality",
    "airflow_dre.listeners.assets",
    "airflow_dre.sensors.freshness",
    "airflow_dre.services.checking.data_arguments",
    "airflow_dre.services.checking.task",
    "airflow_dre.services.incidents.callbacks",
    "airflow_dre.services.incidents.listening",
    "airflow_dre.services.quality.warehouse_tables",
    "airflow_dre.services.slo.calls",
    "airflow_dre.services.slo.declaring",
    "airflow_dre.services.slo.watching",
    "airflow_dre.services.wiring",
    "airflow_dre.sla",
    "airflow_dre.store.schema",
    "airflow_dre.triggers.freshness",
    "alembic.command",
    "sqlglot.dialects.sqlite",
)
"""Modules that the first process imports."""
SERVERS = (
    "airflow.api_fastapi.app",
    "airflow.api_fastapi.core_api.app",
    "airflow.api_fastapi.core_api.routes.public",
    "airflow.api_fastapi.core_api.routes.ui",
    "airflow.cli.commands.api_server_command",
    "airflow.cli.commands.dag_processor_command",
    "airflow.cli.commands.scheduler_command",
    "airflow.cli.commands.triggerer_command",
    "airflow_dre.api.app",
)
"""Further modules of the parts of Airflow that keep running."""
CLIENT = """#!{python} -IS
import json, os, socket, sys

with socket.socket(socket.AF_UNIX) as warm:
    warm.connect({address!r})
    socket.send_fds(warm, [b"."], [0, 1, 2])
    warm.sendall(json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode())
    warm.shutdown(socket.SHUT_WR)
    code = warm.recv(16)
sys.exit(int(code))
"""
"""A program that has its command run by the warm process, with its arguments, folder, environment and open files."""


@contextlib.contextmanager
def warm_airflow(folder: Path, environment: Mapping[str, str], runs_tasks: bool = False) -> Iterator[Path]:
    """Start a warm process, and yield a folder with a program ``airflow`` that may be called with its ``AIRFLOW_HOME``.

    :param folder: an empty folder.
    :param environment: what the warm process starts with.
    :param runs_tasks: whether there are commands that run tasks: what these take long to build is built once.
    """
    address = str(folder / "warm")
    program = folder / "airflow"
    program.write_text(CLIENT.format(python=sys.executable, address=address))
    program.chmod(0o755)
    command = [sys.executable, "-P", __file__, "serve tasks" if runs_tasks else "serve", address]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as warm:
        assert warm.stdout is not None
        assert warm.stdout.readline() == b"ready\n"
        yield folder


def load(modules: Sequence[str] = MODULES) -> None:
    """Import Airflow without configuring it, but write its configuration file with the secret keys, which all forks share."""
    os.environ["_AIRFLOW__AS_LIBRARY"] = "1"
    for name in modules:
        import_module(name)
    del os.environ["_AIRFLOW__AS_LIBRARY"]
    from airflow.configuration import write_default_airflow_configuration_if_needed

    write_default_airflow_configuration_if_needed()


async def build_api() -> None:
    """Build the API that tasks call in a command ``dags test``: at its first request it builds the routes of all its versions."""
    import httpx
    from airflow.sdk.execution_time.supervisor import in_process_api_server

    transport = httpx.ASGITransport(app=in_process_api_server().app)
    async with httpx.AsyncClient(transport=transport, base_url="http://warm.example") as client:
        await client.get("/nothing")


def run(arguments: list[str]) -> None:
    """Run a command of Airflow in this process, which is a fork."""
    from airflow import settings
    from airflow.__main__ import main

    sys.argv = arguments
    settings.initialize()
    main()


def serve(address: str) -> None:
    """Run one command after the other, each in a fork, until the standard input ends."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        print("ready", flush=True)
        while server in select.select([server, sys.stdin], [], [])[0]:
            connection, _ = server.accept()
            _, files, _, _ = socket.recv_fds(connection, 1, 3)
            with connection.makefile("rb") as sent:
                arguments, folder, environment = json.loads(sent.read())
            if (child := os.fork()) == 0:
                break
            for file in files:
                os.close(file)
            _, status = os.waitpid(child, 0)
            with contextlib.suppress(BrokenPipeError), connection:
                connection.sendall(str(os.waitstatus_to_exitcode(status) % 256).encode())
        else:
            return
    connection.close()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = [entry for entry in environment.get("PYTHONPATH", "").split(os.pathsep) if entry and entry not in sys.path]
    signal.alarm(600)  # a command that hangs is ended
    run(arguments)


def together(commands: Sequence[str]) -> None:
    """Run commands of Airflow at the same time, each in a fork, until all have ended.

    The process of each is in a file of ``AIRFLOW_HOME``. One that is killed is started again.
    """
    waiting, running = list(commands), dict[int, str]()
    while waiting or running:
        for command in waiting:
            if (child := os.fork()) == 0:
                run(["airflow", command])
                return
            running[child] = command
            Path(os.environ["AIRFLOW_HOME"], f"{command}.pid").write_text(str(child))
        ended, status = os.wait()
        command = running.pop(ended, "")
        waiting = [command] if command and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL else []


def freeze() -> None:
    """Keep what is in memory from the garbage collectors of the forks."""
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    what, *names = sys.argv[1:]
    load([*MODULES, *SERVERS] if what == "run together" else MODULES)
    if what == "serve tasks":
        asyncio.run(build_api())
    freeze()
    if what == "run together":
        together(names)
    else:
        serve(*names)
