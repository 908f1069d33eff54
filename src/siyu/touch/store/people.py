"""SQL of the people whom the gate protects. The lock on a row stands for all touches of the person."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, rows, run, scalar


def lock(conn: Connection, ids: Sequence[int]) -> None:
    """Lock these people, in the order of their ids; rows are made for those who have none."""
    run(
        conn,
        # An update that never happens locks all the same, and writes nothing.
        """
        INSERT INTO touch.person AS old (customer_id)
        SELECT id FROM unnest(CAST(:ids AS bigint[])) AS one (id) ORDER BY id
        ON CONFLICT (customer_id) DO UPDATE SET customer_id = old.customer_id WHERE false
        """,
        ids=sorted(ids),
    )


def make(conn: Connection, ids: Sequence[int]) -> None:
    """Rows for those of these different people who have none, in the order of their ids."""
    known = scalar(
        conn, "SELECT count(*) FROM touch.person WHERE customer_id = ANY(CAST(:ids AS bigint[]))", ids=list(ids)
    )
    if known == len(ids):
        return
    run(
        conn,
        """
        INSERT INTO touch.person (customer_id)
        SELECT id FROM unnest(CAST(:ids AS bigint[])) AS one (id)
        WHERE NOT EXISTS (SELECT FROM touch.person WHERE customer_id = id)
        ORDER BY id ON CONFLICT DO NOTHING
        """,
        ids=sorted(ids),
    )


def lock_free(conn: Connection, ids: Collection[int]) -> list[int]:
    """Lock those of these people whom nobody else has locked; returns them."""
    found = rows(
        conn,
        """SELECT customer_id FROM touch.person WHERE customer_id = ANY(CAST(:ids AS bigint[]))
           ORDER BY customer_id FOR UPDATE SKIP LOCKED""",
        ids=sorted(ids),
    )
    return [row[0] for row in found]


def read(conn: Connection, ids: Collection[int]) -> list[AnyRow]:
    """What is known of people who have a row: customer, left alone until then, acts; empty where nothing is known."""
    return rows(
        conn,
        """
        SELECT customer_id, left_alone_until, coalesce(acts, '')
        FROM touch.person LEFT JOIN touch.daytime USING (customer_id)
        WHERE customer_id = ANY(CAST(:ids AS bigint[]))
        """,
        ids=list(ids),
    )


def leave_alone(conn: Connection, customer_id: int, until: datetime | None, reason: str) -> None:
    """Until then the person is not to be disturbed; ``None``: they may be."""
    run(
        conn,
        """UPDATE touch.person SET left_alone_until = :until, left_alone_because = :reason
           WHERE customer_id = :customer_id""",
        customer_id=customer_id,
        until=until,
        reason=reason,
    )


def lock_daytimes(conn: Connection, ids: Sequence[int]) -> dict[int, bytes]:
    """What is known of the day of these people, locked in the order of their ids; rows are made where there are none."""
    run(
        conn,
        """
        INSERT INTO touch.daytime AS old (customer_id, acts)
        SELECT id, decode(repeat('00', 24), 'hex') FROM unnest(CAST(:ids AS bigint[])) AS one (id) ORDER BY id
        ON CONFLICT (customer_id) DO UPDATE SET acts = old.acts WHERE false
        """,
        ids=sorted(ids),
    )
    found = rows(
        conn,
        "SELECT customer_id, acts FROM touch.daytime WHERE customer_id = ANY(CAST(:ids AS bigint[]))",
        ids=list(ids),
    )
    return {row[0]: row[1] for row in found}


def write_daytimes(conn: Connection, acts: Mapping[int, bytes]) -> None:
    """Overwrite what is locked."""
    ids = sorted(acts)
    run(
        conn,
        """UPDATE touch.daytime AS old SET acts = decode(new.acts, 'hex')
           FROM unnest(CAST(:ids AS bigint[]), CAST(:acts AS text[])) AS new (id, acts)
           WHERE old.customer_id = new.id""",
        ids=ids,
        acts=[acts[one].hex() for one in ids],
    )


def follow(conn: Connection, losers: Sequence[int], winners: Sequence[int]) -> None:
    """Everything of a loser becomes the winner's: touches, and not to be disturbed for as long as either was."""
    parameters = {"losers": list(losers), "winners": list(winners)}
    pairs = "unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)"
    run(
        conn,
        f"UPDATE touch.touch AS held SET customer_id = winner FROM {pairs} WHERE held.customer_id = loser",
        **parameters,
    )
    run(
        conn,
        f"""
        INSERT INTO touch.person AS old (customer_id, left_alone_until, left_alone_because)
        SELECT DISTINCT ON (winner) winner, left_alone_until, left_alone_because
        FROM {pairs} JOIN touch.person ON person.customer_id = loser
        ORDER BY winner, left_alone_until DESC NULLS LAST
        ON CONFLICT (customer_id) DO UPDATE
        SET left_alone_because = CASE WHEN excluded.left_alone_until > coalesce(old.left_alone_until, '-infinity')
                                      THEN excluded.left_alone_because ELSE old.left_alone_because END,
            left_alone_until = greatest(old.left_alone_until, excluded.left_alone_until)
        """,
        **parameters,
    )
    for table in ("person", "daytime"):
        run(
            conn,
            f"DELETE FROM touch.{table} WHERE customer_id = ANY(CAST(:losers AS bigint[]))",
            losers=list(losers),
        )


def part(conn: Connection, stays: int, new: int, contacts: Sequence[tuple[int, str]]) -> None:
    """Touches that went to these contacts, as account and id, are the new customer's, who is left alone as the other is."""
    run(
        conn,
        """
        UPDATE touch.touch AS held SET customer_id = :new
        FROM unnest(CAST(:accounts AS bigint[]), CAST(:subjects AS text[])) AS went (account_id, subject_id)
        WHERE held.customer_id = :stays AND held.account_id = went.account_id AND held.subject_id = went.subject_id
          AND held.state <> 'waiting'
        """,
        new=new,
        stays=stays,
        accounts=[account_id for account_id, _ in contacts],
        subjects=[subject_id for _, subject_id in contacts],
    )
    run(
        conn,
        """INSERT INTO touch.person (customer_id, left_alone_until, left_alone_because)
           SELECT :new, left_alone_until, left_alone_because FROM touch.person WHERE customer_id = :stays
           ON CONFLICT DO NOTHING""",
        new=new,
        stays=stays,
    )


def daytimes(conn: Connection, ids: Collection[int]) -> dict[int, bytes]:
    """What is known of the day of these people."""
    found = rows(
        conn,
        "SELECT customer_id, acts FROM touch.daytime WHERE customer_id = ANY(CAST(:ids AS bigint[]))",
        ids=list(ids),
    )
    return {row[0]: row[1] for row in found}
