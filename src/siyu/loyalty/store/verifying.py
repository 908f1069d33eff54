"""What does not add up: each query returns only what is wrong, and at most so much of it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, one, rows


def unbalanced(conn: Connection, limit: int) -> list[AnyRow]:
    """(transaction, unit, sum) where postings do not sum to zero."""
    return rows(
        conn,
        """
        SELECT posting.transaction_id, account.unit, sum(posting.amount)
        FROM loyalty.posting JOIN loyalty.account ON account.id = posting.account_id
        GROUP BY posting.transaction_id, account.unit HAVING sum(posting.amount) <> 0
        ORDER BY 1 LIMIT :limit
        """,
        limit=limit,
    )


def lonely(conn: Connection, limit: int) -> list[AnyRow]:
    """(transaction, how many postings) of those with fewer than two, or postings without a transaction (-1)."""
    return rows(
        conn,
        """
        SELECT head.id, count(posting.place) FROM loyalty.transaction AS head
        LEFT JOIN loyalty.posting ON posting.transaction_id = head.id
        GROUP BY head.id HAVING count(posting.place) < 2
        UNION ALL
        SELECT DISTINCT posting.transaction_id, -1 FROM loyalty.posting
        WHERE NOT EXISTS (SELECT FROM loyalty.transaction WHERE id = posting.transaction_id)
        ORDER BY 1 LIMIT :limit
        """,
        limit=limit,
    )


def balances(conn: Connection, counted: Sequence[str], limit: int) -> list[AnyRow]:
    """(account, kind, owner, unit, its balance, the sum of its postings) where they differ; counted ones without what waits."""
    return rows(
        conn,
        """
        SELECT account.id, account.kind, account.owner, account.unit, account.balance, coalesce(sum.amount, 0)
        FROM loyalty.account
        LEFT JOIN (
            SELECT posting.account_id,
                   sum(posting.amount) FILTER (WHERE waits.transaction_id IS NULL OR NOT account.kind = ANY(
                       CAST(:counted AS text[]))) AS amount
            FROM loyalty.posting JOIN loyalty.account ON account.id = posting.account_id
            LEFT JOIN (SELECT DISTINCT transaction_id FROM loyalty.unsealed) AS waits USING (transaction_id)
            GROUP BY posting.account_id
        ) AS sum ON sum.account_id = account.id
        WHERE account.balance <> coalesce(sum.amount, 0)
        ORDER BY account.id LIMIT :limit
        """,
        counted=list(counted),
        limit=limit,
    )


def lot_sums(conn: Connection, kinds: Sequence[str], limit: int) -> list[AnyRow]:
    """(account, kind, owner, unit, its balance, the sum of its lots) where the lots are not what it has above zero."""
    return rows(
        conn,
        """
        SELECT account.id, account.kind, account.owner, account.unit, account.balance, coalesce(sum.remaining, 0)
        FROM loyalty.account
        LEFT JOIN (SELECT account_id, sum(remaining) AS remaining FROM loyalty.lot GROUP BY account_id) AS sum
            ON sum.account_id = account.id
        WHERE CASE WHEN account.kind = ANY(CAST(:kinds AS text[])) THEN greatest(account.balance, 0) ELSE 0 END
              <> coalesce(sum.remaining, 0)
        ORDER BY account.id LIMIT :limit
        """,
        kinds=list(kinds),
        limit=limit,
    )


def lots(conn: Connection, limit: int) -> list[AnyRow]:
    """(lot, what is left of it, what should be) where what was taken and given back says something else."""
    return rows(
        conn,
        """
        SELECT lot.id, lot.remaining, lot.amount + coalesce(sum(used.amount), 0)
        FROM loyalty.lot LEFT JOIN loyalty.lot_use AS used ON used.lot_id = lot.id
        GROUP BY lot.id HAVING lot.remaining <> lot.amount + coalesce(sum(used.amount), 0)
        ORDER BY lot.id LIMIT :limit
        """,
        limit=limit,
    )


def lot_terms(conn: Connection, limit: int) -> list[AnyRow]:
    """(lot,) whose terms are not those of the posting that earned it, or that no posting made."""
    return rows(
        conn,
        """
        SELECT lot.id FROM loyalty.lot
        WHERE NOT EXISTS (
            SELECT FROM loyalty.posting JOIN loyalty.transaction AS head ON head.id = posting.transaction_id
            WHERE posting.transaction_id = lot.id >> 20 AND posting.account_id = lot.account_id
              AND posting.amount >= lot.amount
              AND (head.kind <> 'posted'
                   OR (posting.expires_at IS NOT DISTINCT FROM lot.expires_at
                       AND posting.available_from IS NOT DISTINCT FROM lot.available_from)))
        ORDER BY lot.id LIMIT :limit
        """,
        limit=limit,
    )


def holds(conn: Connection, limit: int) -> list[AnyRow]:
    """(account, owner, unit, its balance, the sum of its open holds) where they differ."""
    return rows(
        conn,
        """
        SELECT account.id, account.owner, account.unit, account.balance, coalesce(sum.amount, 0)
        FROM loyalty.account
        LEFT JOIN (
            SELECT coalesce(there.moved_to, there.id) AS id, sum(hold.amount) AS amount
            FROM loyalty.hold JOIN loyalty.account AS there ON there.id = hold.held_id
            WHERE hold.state = 'open' GROUP BY 1
        ) AS sum ON sum.id = account.id
        WHERE account.kind = 'held' AND account.balance <> coalesce(sum.amount, 0)
        ORDER BY account.id LIMIT :limit
        """,
        limit=limit,
    )


def astray(conn: Connection, limit: int) -> list[AnyRow]:
    """(transaction, in how many places) of those that are not in exactly one block or among what waits."""
    return rows(
        conn,
        """
        SELECT id, sum(there) FROM (
            SELECT id, 0 AS there FROM loyalty.transaction
            UNION ALL SELECT transaction_id, 1 FROM loyalty.unsealed
            UNION ALL
            SELECT member, 1 FROM loyalty.block, unnest(members) AS span,
                   generate_series(lower(span), upper(span) - 1) AS member
        ) AS places
        GROUP BY id HAVING sum(there) <> 1 OR count(*) <> 2
        ORDER BY id LIMIT :limit
        """,
        limit=limit,
    )


def uses_astray(conn: Connection, limit: int) -> list[AnyRow]:
    """(transaction, account, its posting, the change of its lots) where lots changed by something else."""
    return rows(
        conn,
        """
        SELECT used.transaction_id, lot.account_id, sum(used.amount)
        FROM loyalty.lot_use AS used JOIN loyalty.lot ON lot.id = used.lot_id
        GROUP BY used.transaction_id, lot.account_id
        HAVING abs(sum(used.amount)) > coalesce((
            SELECT sum(abs(posting.amount)) FROM loyalty.posting
            WHERE posting.transaction_id = used.transaction_id AND posting.account_id = lot.account_id), 0)
        ORDER BY 1, 2 LIMIT :limit
        """,
        limit=limit,
    )


def sealed(conn: Connection) -> int:
    """How many transactions blocks say they have."""
    found: Any = one(conn, "SELECT coalesce(sum(transactions), 0) FROM loyalty.block")
    return int(found[0])
