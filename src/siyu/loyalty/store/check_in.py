"""The days on which customers checked in, and what days in a row have given."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run, scalar
from siyu.loyalty.types import CheckInDay


def of_day(conn: Connection, customer_id: int, day: date) -> CheckInDay | None:
    found = one(
        conn,
        "SELECT day, streak, made_up FROM loyalty.check_in WHERE customer_id = :id AND day = :day",
        id=customer_id,
        day=day,
    )
    return None if found is None else CheckInDay(*found)


def between(conn: Connection, customer_id: int, first: date, last: date) -> list[CheckInDay]:
    """Days on which a customer checked in, in order."""
    found = rows(
        conn,
        """SELECT day, streak, made_up FROM loyalty.check_in
           WHERE customer_id = :id AND day BETWEEN :first AND :last ORDER BY day""",
        id=customer_id,
        first=first,
        last=last,
    )
    return [CheckInDay(*row) for row in found]


def counts(conn: Connection, first: date, last: date) -> tuple[int, dict[tuple[int, bool], int]]:
    """How many people checked in between two days, and how many days there are by (days in a row, whether made up)."""
    found = rows(
        conn,
        """SELECT streak, made_up, count(*) FROM loyalty.check_in WHERE day BETWEEN :first AND :last GROUP BY 1, 2""",
        first=first,
        last=last,
    )
    people = scalar(
        conn,
        "SELECT count(DISTINCT customer_id) FROM loyalty.check_in WHERE day BETWEEN :first AND :last",
        first=first,
        last=last,
    )
    return int(people or 0), {(row[0], row[1]): row[2] for row in found}


def insert(conn: Connection, customer_id: int, day: date, now: datetime, *, made_up: bool) -> None:
    """A new day. Its streak, and that of the days behind it, are counted by :func:`count_again`."""
    run(
        conn,
        """INSERT INTO loyalty.check_in (customer_id, day, streak, made_up, at)
           VALUES (:id, :day, 1 + coalesce((SELECT streak FROM loyalty.check_in
                                            WHERE customer_id = :id AND day = CAST(:day AS date) - 1), 0), :made_up, :now)""",
        id=customer_id,
        day=day,
        made_up=made_up,
        now=now,
    )


def count_again(conn: Connection, customer_ids: Sequence[int]) -> None:
    """Count all days in a row of these customers."""
    run(
        conn,
        """
        UPDATE loyalty.check_in AS had SET streak = new.streak
        FROM (
            SELECT customer_id, day, row_number() OVER (PARTITION BY customer_id, island ORDER BY day) AS streak
            FROM (
                SELECT customer_id, day,
                       day - CAST(row_number() OVER (PARTITION BY customer_id ORDER BY day) AS integer) AS island
                FROM loyalty.check_in WHERE customer_id = ANY(CAST(:ids AS bigint[]))
            ) AS placed
        ) AS new
        WHERE had.customer_id = new.customer_id AND had.day = new.day AND had.streak <> new.streak
        """,
        ids=list(customer_ids),
    )


def given(conn: Connection, customer_id: int) -> list[tuple[int, date]]:
    """(days, the day that completed them) of what days in a row have given."""
    found = rows(conn, "SELECT days, day FROM loyalty.streak_given WHERE customer_id = :id", id=customer_id)
    return [(row[0], row[1]) for row in found]


def give(conn: Connection, customer_id: int, streaks: Sequence[tuple[int, date]]) -> None:
    run(
        conn,
        """INSERT INTO loyalty.streak_given (customer_id, days, day)
           SELECT :id, days, day FROM unnest(CAST(:days AS integer[]), CAST(:ons AS date[])) AS new (days, day)""",
        id=customer_id,
        days=[days for days, _ in streaks],
        ons=[on for _, on in streaks],
    )


def move(conn: Connection, losers: Sequence[int], winners: Sequence[int]) -> None:
    """Give the days of each loser to its winner; a day of both is one, made up only if both were."""
    for statement in (
        """
        INSERT INTO loyalty.check_in AS had (customer_id, day, streak, made_up, at)
        SELECT pair.winner, day, 1, bool_and(made_up), min(at)
        FROM loyalty.check_in JOIN unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
            ON pair.loser = customer_id
        GROUP BY pair.winner, day
        ON CONFLICT (customer_id, day) DO UPDATE SET made_up = had.made_up AND excluded.made_up
        """,
        """
        INSERT INTO loyalty.streak_given (customer_id, days, day)
        SELECT DISTINCT pair.winner, days, day
        FROM loyalty.streak_given
        JOIN unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
            ON pair.loser = customer_id
        ON CONFLICT DO NOTHING
        """,
    ):
        run(conn, statement, losers=list(losers), winners=list(winners))
    run(conn, "DELETE FROM loyalty.check_in WHERE customer_id = ANY(CAST(:losers AS bigint[]))", losers=list(losers))
    run(
        conn, "DELETE FROM loyalty.streak_given WHERE customer_id = ANY(CAST(:losers AS bigint[]))", losers=list(losers)
    )
