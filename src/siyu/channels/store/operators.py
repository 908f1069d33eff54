"""SQL of which members of staff operators are."""

from collections.abc import Collection

from sqlalchemy import Connection

from siyu.channels.types.mirrored import StaffMember
from siyu.engines.postgres import rows, run


def members(conn: Connection, operator_id: int | None) -> list[tuple[int, StaffMember]]:
    """Operator and member of staff; of every operator without an id."""
    found = rows(
        conn,
        """SELECT operator_id, account_id, staff_id FROM channels.operator_staff
           WHERE CAST(:operator_id AS bigint) IS NULL OR operator_id = :operator_id
           ORDER BY operator_id, account_id, staff_id""",
        operator_id=operator_id,
    )
    return [(row.operator_id, StaffMember(row.account_id, row.staff_id)) for row in found]


def missing(conn: Connection, members: Collection[StaffMember]) -> list[StaffMember]:
    """Those of these who are not there."""
    found = rows(
        conn,
        """SELECT account_id, staff_id
           FROM unnest(CAST(:accounts AS bigint[]), CAST(:staff AS text[])) AS asked (account_id, staff_id)
           WHERE NOT EXISTS (SELECT FROM channels.staff AS known WHERE known.account_id = asked.account_id
               AND known.staff_id = asked.staff_id AND known.gone_at IS NULL)
           ORDER BY account_id, staff_id""",
        accounts=[one.account_id for one in members],
        staff=[one.staff_id for one in members],
    )
    return [StaffMember(row.account_id, row.staff_id) for row in found]


def replace(conn: Connection, operator_id: int, members: Collection[StaffMember]) -> None:
    """These and no others."""
    run(conn, "DELETE FROM channels.operator_staff WHERE operator_id = :operator_id", operator_id=operator_id)
    run(
        conn,
        """INSERT INTO channels.operator_staff (operator_id, account_id, staff_id)
           SELECT :operator_id, account_id, staff_id
           FROM unnest(CAST(:accounts AS bigint[]), CAST(:staff AS text[])) AS new (account_id, staff_id)
           ON CONFLICT DO NOTHING""",
        operator_id=operator_id,
        accounts=[one.account_id for one in members],
        staff=[one.staff_id for one in members],
    )
