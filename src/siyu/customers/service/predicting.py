"""What insight expects of customers: written by its refits, read with the profile."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from siyu.customers.predictions import store
from siyu.customers.types import Prediction

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray


def write_predictions(conn: Connection, table: "pa.Table", *, above: int, up_to: int) -> int:
    """Make the predictions of the customers with ids above ``above``, up to ``up_to``, those of ``table``.

    Rows that say what is there already are left as they are, so a repeat changes nothing. Who is not in the table has
    no prediction afterwards; who is no customer (merged away since) gets none.

    Args:
        conn: an open transaction; a piece of some ten thousand customers should have one of its own.
        table: columns ``customer_id``, ``as_of``, and those of :class:`Prediction` up to ``last_day``.
        above: see above.
        up_to: see above.

    Returns:
        how many rows were written or deleted.
    """
    store.stage(conn, table)
    store.lock_changing(conn, above, up_to)
    return store.delete_others(conn, above, up_to) + store.write_changed(conn)


def prediction(conn: Connection, customer_id: int) -> Prediction | None:
    """What is expected of one customer; ``None`` where nothing is: never bought, or there is no model."""
    found = store.of(conn, customer_id)
    return Prediction(*found) if found else None


def expected_values(conn: Connection, customer_ids: Sequence[int]) -> dict[int, int]:
    """What these customers are expected to bring, in fen (:class:`Prediction`); who has no prediction is absent."""
    return store.values(conn, customer_ids)


def expected_of_everybody(conn: Connection) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Customers with a prediction, ascending, and what each is expected to bring, in fen."""
    ids, values = store.everybody(conn)
    order = ids.argsort()
    return ids[order], values[order]
