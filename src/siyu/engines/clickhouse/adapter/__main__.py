"""``python -m siyu.engines.clickhouse.adapter --path DATA --listen-fd N``: serve until told to stop.

The parent gives the password as the first line of standard input and keeps that pipe open: when it closes, the parent
is gone, and so are we. (PR_SET_PDEATHSIG would not do: it fires when the *thread* that started us ends.) When ready,
one line is written to standard output. SIGTERM stops cleanly.
"""

import argparse
import faulthandler
import logging
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

from siyu.engines.clickhouse.adapter import memory, tokens
from siyu.engines.clickhouse.adapter.engine import Engine
from siyu.engines.clickhouse.adapter.exchange import Service
from siyu.engines.clickhouse.adapter.server import Server
from siyu.engines.clickhouse.adapter.watch import Watch

_STOP_SECONDS = 20  # running requests have this long to end

log = logging.getLogger("siyu.engines.clickhouse.adapter")


def main() -> None:
    parser = argparse.ArgumentParser(prog="siyu.engines.clickhouse.adapter")
    parser.add_argument("--path", required=True, help="the folder of chDB's data")
    parser.add_argument("--listen-fd", required=True, type=int, help="a bound, listening socket")
    options = parser.parse_args()
    # The standard library's logging: structlog and what it loads would cost more memory than everything else here.
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")

    faulthandler.register(signal.SIGUSR1)  # where every thread is, into the log

    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, lambda *_: stopping.set())
    parent = os.getppid()
    secret = sys.stdin.readline().strip()
    threading.Thread(target=_watch_parent, args=(stopping,), name="parent", daemon=True).start()

    if forgotten := tokens.forget_unfinished(Path(options.path)):
        log.warning("clickhouse.unfinished blocks=%d: who sent them sends them again", forgotten)
    engine = Engine(options.path, "siyu")

    watch = Watch(engine.kill)
    watch.start()
    listener = socket.socket(fileno=options.listen_fd)
    server = Server(listener, Service(engine=engine, user="siyu", secret=secret, database="siyu", watch=watch))
    accepting = threading.Thread(target=server.run, name="accept", daemon=True)
    accepting.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    log.info("clickhouse.ready version=%s", engine.version)

    housekeeping = memory.Housekeeping(engine)
    while not stopping.wait(1):
        if os.getppid() != parent:  # a fork of the parent may still hold the pipe
            break
        housekeeping.look()
    server.stop()
    engine.close(_STOP_SECONDS)
    log.info("clickhouse.stopped")
    # Daemon threads may sit in chDB; ending the interpreter around them is not safe, and all data is on disk.
    os._exit(0)


def _watch_parent(stopping: threading.Event) -> None:
    sys.stdin.read()
    stopping.set()
    time.sleep(_STOP_SECONDS + 10)
    os._exit(1)  # whatever holds it up: nobody is left to notice


if __name__ == "__main__":
    main()
