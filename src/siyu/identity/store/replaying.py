"""Reading the whole log, and repairing what is not as it says."""

from collections.abc import Sequence

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, rows, run


def lock_all(conn: Connection) -> None:
    """Nobody else writes identities until the end of the transaction; readers go on."""
    # EXCLUSIVE waits for whoever holds a customer FOR UPDATE; taken first, as a batch does.
    run(conn, "LOCK TABLE identity.customer IN EXCLUSIVE MODE")
    run(conn, "LOCK TABLE identity.identifier, identity.evidence IN SHARE ROW EXCLUSIVE MODE")


def identifiers(conn: Connection) -> list[AnyRow]:
    """Every identifier, oldest first: id, type, scope, customer_id, conflicts."""
    return rows(conn, "SELECT id, type, scope, customer_id, conflicts FROM identity.identifier ORDER BY id")


def log(conn: Connection) -> list[AnyRow]:
    """Every link in the order in which it was decided: seq, stronger, weaker, strength, repeat, holds."""
    return rows(
        conn,
        """
        SELECT contact_seq AS seq, stronger, weaker, 1 AS strength, 0 AS repeat FROM identity.evidence
        WHERE contact_seq IS NOT NULL
        UNION ALL
        SELECT self_seq, stronger, weaker, 2, CAST(contact_seq IS NOT NULL AS integer) FROM identity.evidence
        WHERE self_seq IS NOT NULL
        UNION ALL
        SELECT seq, stronger, weaker, 3, 0 FROM identity.ledger WHERE op = 'confirm'
        ORDER BY 1
        """,
    )


def acts(conn: Connection) -> list[AnyRow]:
    """Every act of an operator that takes apart, in order: seq, op, identifiers, stronger, weaker."""
    return rows(
        conn,
        """
        SELECT seq, op, identifiers, stronger, weaker FROM identity.ledger WHERE op IN ('split', 'reject') ORDER BY seq
        """,
    )


def evidence_states(conn: Connection) -> list[AnyRow]:
    """Every edge: stronger, weaker, state."""
    return rows(conn, "SELECT stronger, weaker, state FROM identity.evidence ORDER BY stronger, weaker")


def set_states(conn: Connection, changes: Sequence[tuple[int, int, int]]) -> None:
    """(stronger, weaker, state) of edges to be put right."""
    if changes:
        run(
            conn,
            """
            UPDATE identity.evidence e SET state = n.state, reason = 'rebuilt'
            FROM unnest(CAST(:stronger AS bigint[]), CAST(:weaker AS bigint[]), CAST(:state AS smallint[]))
                 AS n(stronger, weaker, state)
            WHERE e.stronger = n.stronger AND e.weaker = n.weaker
            """,
            stronger=[c[0] for c in changes], weaker=[c[1] for c in changes], state=[c[2] for c in changes],
        )  # fmt: skip
