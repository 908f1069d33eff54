"""``python -m siyu.app.process web|worker|relief|prepare [supervisor's pid]``: one process of a running Siyu."""

import gc
import os
import sys
import threading
import time

from siyu.engines import logging
from siyu.engines import settings as all_settings


def main() -> None:
    """Run one role until told to stop (``prepare`` ends by itself), or until the supervisor is gone."""
    gc.disable()  # until everything is loaded: modules are no garbage, and to look through them is a sixth of the start
    role = sys.argv[1]
    if len(sys.argv) > 2:
        _end_with(int(sys.argv[2]))
    settings = all_settings.load()
    logging.configure(settings.log_level, settings.log_format)
    if role == "web":
        from siyu.app.web import serve  # noqa: PLC0415 - a worker does not need the web's modules in memory
    elif role == "worker":
        from siyu.app.worker import serve  # noqa: PLC0415 - and the web not the worker's
    elif role == "relief":
        from siyu.app.relief import serve  # noqa: PLC0415 - nor the relief either's
    else:
        from siyu.app import preparing  # noqa: PLC0415 - nor any of them what a start alone needs
    from siyu.app.context import open_context  # noqa: PLC0415 - it is a part of them

    settle()
    if len(sys.argv) > 2 and not sys.stdin.readline():  # the supervisor says when the engines are ready
        sys.exit(1)
    if role == "prepare":
        preparing.serve(settings, sys.stdout)
        return
    serve(open_context(settings, settings.postgres_url, settings.clickhouse_url))


def settle() -> None:
    """Set the interpreter up for a process that serves, after its modules are loaded."""
    # What is loaded stays, and messages come and go in such numbers that looking for cycles among them every 700
    # objects would take a quarter of the time.
    gc.freeze()
    gc.enable()
    gc.set_threshold(500_000, 20, 50)
    # Threads here wait for engines most of the time: who hears an answer should not wait 5 ms for its turn.
    sys.setswitchinterval(0.0005)


def _end_with(supervisor: int) -> None:
    """End this process when its supervisor was killed: an orphan would keep the port and the folder's engines busy."""

    def watch() -> None:
        while os.getppid() == supervisor:
            time.sleep(0.5)
        os._exit(1)  # what is durable is durable; nothing else counts

    threading.Thread(target=watch, name="supervisor-watch", daemon=True).start()


if __name__ == "__main__":
    main()
