"""SQL of predictions. Rows are locked in the order of their ids."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from siyu.engines.postgres import columns, one, rows, run
from siyu.engines.postgres.statements import driver_connection

if TYPE_CHECKING:  # only a refit moves tables
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

_WORTH: Final = ("model", "months", "p_alive", "purchases", "spend_fen", "value_fen", "bought", "first_day", "last_day")
_COLUMNS: Final = f"customer_id, as_of, {', '.join(_WORTH)}"


def stage(conn: Connection, table: "pa.Table") -> None:
    """Copy new predictions in, by the names of the columns."""
    from pyarrow import csv  # noqa: PLC0415 - see above

    run(conn, "DROP TABLE IF EXISTS new_prediction")
    run(conn, "CREATE TEMP TABLE new_prediction (LIKE customers.prediction) ON COMMIT DROP")
    text = io.BytesIO()
    csv.write_csv(table, text, csv.WriteOptions(include_header=False))
    columns = ", ".join(table.column_names)
    statement = f"COPY new_prediction ({columns}) FROM STDIN (FORMAT csv)".encode()
    with driver_connection(conn).cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(text.getbuffer())
    run(conn, "ANALYZE new_prediction")


def lock_changing(conn: Connection, above: int, up_to: int) -> None:
    """Lock the rows of this span of ids that will be written or deleted: all at once, in the order of their ids."""
    said, kept = (", ".join(f"{side}.{name}" for name in _WORTH) for side in ("new", "old"))
    run(
        conn,
        f"""
        SELECT FROM customers.prediction AS old LEFT JOIN new_prediction AS new USING (customer_id)
        WHERE old.customer_id > :above AND old.customer_id <= :up_to
          AND (new.customer_id IS NULL OR ({said}) IS DISTINCT FROM ({kept}))
        ORDER BY old.customer_id FOR UPDATE OF old
        """,
        above=above,
        up_to=up_to,
    )


def write_changed(conn: Connection) -> int:
    """Write those of the staged that say something new of a customer who is there; return how many."""
    said, kept = (", ".join(f"{side}.{name}" for name in _WORTH) for side in ("new", "old"))
    changes = ", ".join(f"{name} = excluded.{name}" for name in ("as_of", *_WORTH))
    return _count(
        conn,
        f"""
        WITH written AS (
            INSERT INTO customers.prediction ({_COLUMNS})
            SELECT new.customer_id, new.as_of, {said}
            FROM new_prediction AS new JOIN customers.profile USING (customer_id)
                LEFT JOIN customers.prediction AS old USING (customer_id)
            WHERE old.customer_id IS NULL OR ({said}) IS DISTINCT FROM ({kept})
            ORDER BY new.customer_id
            ON CONFLICT (customer_id) DO UPDATE SET {changes}
            RETURNING 1
        )
        SELECT count(*) FROM written
        """,
    )


def delete_others(conn: Connection, above: int, up_to: int) -> int:
    """Delete the predictions of customers in this span of ids who are not staged; return how many."""
    return _count(
        conn,
        """
        WITH gone AS (
            SELECT customer_id FROM customers.prediction AS old
            WHERE customer_id > :above AND customer_id <= :up_to
              AND NOT EXISTS (SELECT FROM new_prediction AS new WHERE new.customer_id = old.customer_id)
            ORDER BY customer_id FOR UPDATE
        ), deleted AS (
            DELETE FROM customers.prediction USING gone WHERE prediction.customer_id = gone.customer_id RETURNING 1
        )
        SELECT count(*) FROM deleted
        """,
        above=above,
        up_to=up_to,
    )


def drop(conn: Connection, losers: Sequence[int], winners: Sequence[int]) -> None:
    """After merges: delete the losers' predictions, and those of winners who got purchases by it."""
    run(
        conn,
        """
        WITH pair AS (
            SELECT loser, winner FROM unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS p (loser, winner)
            WHERE EXISTS (SELECT FROM customers.prediction WHERE customer_id = loser)
        ), gone AS (
            SELECT customer_id FROM customers.prediction
            WHERE customer_id IN (SELECT loser FROM pair UNION ALL SELECT winner FROM pair)
            ORDER BY customer_id FOR UPDATE
        )
        DELETE FROM customers.prediction USING gone WHERE prediction.customer_id = gone.customer_id
        """,
        losers=list(losers),
        winners=list(winners),
    )


def of(conn: Connection, customer_id: int) -> tuple[Any, ...] | None:
    """The prediction of one customer, in the order of :class:`siyu.customers.types.Prediction`."""
    found = one(
        conn,
        """SELECT model, as_of, months, p_alive, purchases, spend_fen, value_fen, bought, first_day, last_day,
                  as_of - first_day, as_of - last_day
           FROM customers.prediction WHERE customer_id = :id""",
        id=customer_id,
    )
    return tuple(found) if found else None


def values(conn: Connection, customer_ids: Sequence[int]) -> dict[int, int]:
    """``value_fen`` by customer."""
    found = rows(
        conn,
        "SELECT customer_id, value_fen FROM customers.prediction WHERE customer_id = ANY(CAST(:ids AS bigint[]))",
        ids=list(customer_ids),
    )
    return {row.customer_id: row.value_fen for row in found}


def everybody(conn: Connection) -> "list[NDArray[np.int64]]":
    """Customers and their ``value_fen``."""
    return columns(conn, "customer_id, value_fen", "SELECT customer_id, value_fen FROM customers.prediction")


def _count(conn: Connection, sql: str, **parameters: Any) -> int:
    found = one(conn, sql, **parameters)
    return int(found[0]) if found else 0
