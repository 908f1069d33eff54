"""SQL of programmes that do not simply run."""

from collections.abc import Collection

from sqlalchemy import Connection

from siyu.engines.postgres import rows, run
from siyu.touch.types.programmes import Sending


def sendings(conn: Connection, programme_ids: Collection[int]) -> list[Sending]:
    """How these programmes stand, as far as anybody ever said."""
    found = rows(
        conn,
        """SELECT programme_id, state, at, actor, reason FROM touch.sending
           WHERE programme_id = ANY(CAST(:ids AS bigint[])) ORDER BY programme_id""",
        ids=list(programme_ids),
    )
    return [Sending(*row) for row in found]


def put_sending(conn: Connection, sending: Sending) -> None:
    """How a programme stands from now on."""
    run(
        conn,
        """INSERT INTO touch.sending (programme_id, state, at, actor, reason)
           VALUES (:programme_id, :state, :at, :actor, :reason)
           ON CONFLICT (programme_id) DO UPDATE SET state = excluded.state, at = excluded.at, actor = excluded.actor,
               reason = excluded.reason""",
        programme_id=sending.programme_id,
        state=sending.state,
        at=sending.at,
        actor=sending.actor,
        reason=sending.reason,
    )
