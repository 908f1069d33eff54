"""``python -m siyu.app.process ROLE,… SOCKET``: loads what these roles need, and becomes them when the supervisor asks."""

import gc
import socket
import sys
from typing import Final

from siyu.app.forkserver import forks
from siyu.engines import logging
from siyu.engines import settings as all_settings

PREPARE: Final = "prepare"  # ends by itself


def main() -> None:
    """Be the forkserver, and in each fork its role, until told to stop."""
    gc.disable()  # until everything is loaded: modules are no garbage, and to look through them is a sixth of the start
    _load(sys.argv[1].split(","))
    gc.freeze()  # before the first fork: what is collected in one would be copied there
    run(forks(socket.socket(fileno=int(sys.argv[2])), title))


def title(role: str) -> str:
    """How a process is called in the list of all that run."""
    return f"siyu.app.process {role}"


def run(role: str) -> None:
    """Be one role until told to stop."""
    settings = all_settings.load()
    logging.configure(settings.log_level, settings.log_format)
    settle()
    if role == PREPARE:
        from siyu.app import preparing  # noqa: PLC0415 - loaded, as all of these

        preparing.serve(settings, sys.stdout)
        return
    from siyu.app.context import open_context  # noqa: PLC0415

    context = open_context(settings, settings.postgres_url, settings.clickhouse_url)
    if role == "web":
        from siyu.app import web  # noqa: PLC0415

        web.serve(context)
    elif role == "worker":
        from siyu.app import worker  # noqa: PLC0415

        worker.serve(context)
    else:
        from siyu.app import relief  # noqa: PLC0415

        relief.serve(context)


def settle() -> None:
    """Set the interpreter up for a process that serves, after its modules are loaded."""
    # What is loaded stays, and messages come and go in such numbers that looking for cycles among them every 700 objects
    # would take a quarter of the time.
    gc.freeze()
    gc.enable()
    gc.set_threshold(500_000, 20, 50)
    # Threads here wait for engines most of the time: who hears an answer should not wait 5 ms for its turn.
    sys.setswitchinterval(0.0005)


def _load(roles: list[str]) -> None:
    """Load the modules of these roles: on a machine of a cluster that has no web, nobody needs its modules."""
    # The last three are loaded by libraries when they are first needed, in each fork for itself.
    import encodings.idna  # noqa: F401, PLC0415

    import httpcore  # noqa: F401, PLC0415
    import sqlalchemy.dialects.postgresql  # noqa: F401, PLC0415

    from siyu.app import context, preparing  # noqa: F401, PLC0415

    if "web" in roles:
        from siyu.app import web  # noqa: F401, PLC0415
    if "worker" in roles:
        from siyu.app import relief, worker  # noqa: F401, PLC0415


if __name__ == "__main__":
    main()
