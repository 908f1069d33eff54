"""Ties of which it was told that they have lasted so long."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.postgres import rows, run

Lasted = tuple[int, str, str, datetime, int]  # customer, relation, scope, since when it has lasted so long, days


def keep(conn: Connection, found: Sequence[Lasted]) -> set[Lasted]:
    """Those of which it was not told before."""
    made = rows(
        conn,
        """INSERT INTO loyalty.lasted (customer_id, relation, scope, at, days)
           SELECT * FROM unnest(CAST(:customers AS bigint[]), CAST(:relations AS text[]), CAST(:scopes AS text[]),
                                CAST(:ats AS timestamptz[]), CAST(:days AS integer[])) AS new (customer_id, relation, scope, at, days)
           ORDER BY 1, 2, 3, 4, 5 ON CONFLICT DO NOTHING RETURNING customer_id, relation, scope, at, days""",
        customers=[one[0] for one in found],
        relations=[one[1] for one in found],
        scopes=[one[2] for one in found],
        ats=[one[3] for one in found],
        days=[one[4] for one in found],
    )
    return {(row[0], row[1], row[2], row[3], row[4]) for row in made}


def forget(conn: Connection, before: datetime) -> None:
    """What is too long ago to be told again."""
    run(conn, "DELETE FROM loyalty.lasted WHERE at < :before", before=before)
