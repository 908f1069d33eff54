"""A worker of journeys and of the gate in a process of its own, to be killed."""

from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database
from siyu.engines.vault import service as vault
from siyu.engines.vault.keyring import Keyring
from siyu.journeys import service as journeys
from siyu.touch import service as touch


def work(url: str, moment: str) -> None:
    """End when nobody is due."""
    vault.configure(Keyring([b"k" * 32]))
    database, now = Database(url), datetime.fromisoformat(moment)
    while True:
        with database.transaction() as conn:
            # No step of the journey asks ClickHouse anything.
            if not journeys.step_once(conn, cast("Client", None), now, ZoneInfo("Asia/Shanghai"), most=100).enrolments:
                break
        with database.transaction() as conn:
            touch.decide_due(conn, now)
