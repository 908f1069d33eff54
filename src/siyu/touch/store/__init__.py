"""All SQL of touch. Locks are taken in this order: the gate; people, by id; then their touches."""

from typing import Final

from sqlalchemy import Connection

from siyu.engines.postgres import run

_GATE_LOCK: Final = 0x5159_5530_0021


def hold_gate(conn: Connection, *, alone: bool) -> None:
    """The lock of all who decide, in common, or alone of whoever changes what decisions depend on."""
    shared = "" if alone else "_shared"
    run(conn, f"SELECT pg_advisory_xact_lock{shared}(:key)", key=_GATE_LOCK)
