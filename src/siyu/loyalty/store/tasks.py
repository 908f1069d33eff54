"""Who has done which task, and when."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import rows, run


class Done(NamedTuple):
    """A task that somebody has done in a period."""

    customer_id: int
    task: str
    period: str
    at: datetime


def insert(conn: Connection, wanted: Collection[Done]) -> set[tuple[int, str, str]]:
    """Note what is done, by customer, task and period; returns which of them are new."""
    own = sorted(wanted)
    found = rows(
        conn,
        """
        INSERT INTO loyalty.task_done (customer_id, task, period, at)
        SELECT * FROM unnest(CAST(:customers AS bigint[]), CAST(:tasks AS text[]), CAST(:periods AS text[]),
                             CAST(:ats AS timestamptz[]))
        ON CONFLICT DO NOTHING RETURNING customer_id, task, period
        """,
        customers=[one.customer_id for one in own],
        tasks=[one.task for one in own],
        periods=[one.period for one in own],
        ats=[one.at for one in own],
    )
    return {(row[0], row[1], row[2]) for row in found}


def done(conn: Connection, customer_ids: Collection[int], tasks: Collection[str]) -> list[Done]:
    """What these customers have done of these tasks."""
    found = rows(
        conn,
        """SELECT customer_id, task, period, at FROM loyalty.task_done
           WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND task = ANY(CAST(:tasks AS text[]))""",
        ids=sorted(customer_ids),
        tasks=sorted(tasks),
    )
    return [Done(*row) for row in found]


def done_before(conn: Connection, customer_ids: Sequence[int], task: str, at: datetime) -> list[tuple[int, str]]:
    """(customer, period) in which these customers had done a task before a moment."""
    found = rows(
        conn,
        """SELECT customer_id, period FROM loyalty.task_done
           WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND task = :task AND at < :at""",
        ids=list(customer_ids),
        task=task,
        at=at,
    )
    return [(row[0], row[1]) for row in found]


def first_done(conn: Connection, customer_ids: Sequence[int], task: str) -> list[tuple[int, datetime]]:
    """(customer, when they first did a task) of those of these customers who ever did."""
    found = rows(
        conn,
        """SELECT customer_id, min(at) FROM loyalty.task_done
           WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND task = :task GROUP BY customer_id""",
        ids=list(customer_ids),
        task=task,
    )
    return [(row[0], row[1]) for row in found]


def move(conn: Connection, losers: Sequence[int], winners: Sequence[int]) -> None:
    """What each loser has done, its winner has done."""
    run(
        conn,
        """
        INSERT INTO loyalty.task_done (customer_id, task, period, at)
        SELECT pair.winner, task, period, min(at)
        FROM loyalty.task_done
        JOIN unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
            ON pair.loser = customer_id
        GROUP BY pair.winner, task, period
        ON CONFLICT DO NOTHING
        """,
        losers=list(losers),
        winners=list(winners),
    )
    run(conn, "DELETE FROM loyalty.task_done WHERE customer_id = ANY(CAST(:losers AS bigint[]))", losers=list(losers))
