"""Who can be compared: for reports, which ask of a million people at once."""

from sqlalchemy import Connection

from siyu.experiments.store import assignments as store
from siyu.experiments.types import Exposures


def exposures(conn: Connection, programme_id: int) -> Exposures:
    """Everybody who is exposed in a programme and can be compared."""
    return store.exposures(conn, programme_id)


def exposures_print(conn: Connection, programme_id: int) -> str:
    """What changes whenever :func:`exposures` answers otherwise, and is told much sooner."""
    return store.exposures_print(conn, programme_id)
