"""Locks of the gate, in the order in which everybody takes them: people as OneID knows them, the gate, then persons."""

from sqlalchemy import Connection

from siyu.identity import service as identity
from siyu.touch import store


def decide_beside_others(conn: Connection) -> None:
    """This transaction decides: nobody is merged away meanwhile, and no rule or programme changes."""
    identity.hold_people(conn, alone=False)
    store.hold_gate(conn, alone=False)


def change_alone(conn: Connection) -> None:
    """This transaction changes what decisions depend on: it waits for those that are under way, and others for it."""
    store.hold_gate(conn, alone=True)
