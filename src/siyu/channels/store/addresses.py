"""By whom contacts are reached."""

from collections.abc import Collection

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, rows


def served(conn: Connection, account_id: int, contact_ids: Collection[str]) -> list[AnyRow]:
    """Contact, member of staff (empty: the account itself) and since when, of every tie that stands of these contacts with
    the account, or with a member of staff who still serves.
    """
    return rows(
        conn,
        # One by one: of a new account the planner knows nothing, and would read all of its follows.
        """
        SELECT tie.contact_id, tie.staff_id, tie.since
        FROM unnest(CAST(:ids AS text[])) AS one (id)
        CROSS JOIN LATERAL (
            SELECT contact_id, staff_id, since FROM channels.follow
            WHERE account_id = :account_id AND contact_id = one.id AND ended_at IS NULL OFFSET 0
        ) AS tie
        LEFT JOIN channels.staff ON staff.account_id = :account_id AND staff.staff_id = tie.staff_id
        WHERE tie.staff_id = '' OR (staff.serves AND staff.gone_at IS NULL)
        """,
        account_id=account_id,
        ids=list(contact_ids),
    )
