"""What ships facts and reacts to them, in a process of its own, to be killed."""

import os
import time

from siyu.app.reacting import Reacting
from siyu.engines.clickhouse.client import connect
from siyu.engines.postgres import Database
from siyu.engines.vault import service as vault
from siyu.engines.vault.keyring import Keyring
from siyu.kernel.clock import SystemClock
from siyu.timeline import service as timeline


def work(postgres_url: str, clickhouse_url: str) -> None:
    """For as long as its parent lives."""
    vault.configure(Keyring([b"k" * 32]))
    database, clickhouse, parent = Database(postgres_url), connect(clickhouse_url), os.getppid()
    exporter, reacting = timeline.Exporter(database, clickhouse), Reacting(database, clickhouse, SystemClock())
    while os.getppid() == parent:
        if not exporter.export_once() + reacting.run_once():
            time.sleep(0.01)
