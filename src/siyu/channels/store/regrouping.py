"""What stands of some contacts, whatever account they are of."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import rows


class StandingTie(NamedTuple):
    """A follow (``friend``, with a member of staff or, empty, the account) or a stay in a group (``group_member``)."""

    account_id: int
    contact_id: str
    kind: str
    object_id: str
    since: datetime


def standing_ties(conn: Connection, pairs: Collection[tuple[int, str]]) -> list[StandingTie]:
    """Every tie that stands of these contacts, given as account and id."""
    found = rows(
        conn,
        """
        WITH wanted AS (
            SELECT * FROM unnest(CAST(:accounts AS bigint[]), CAST(:contacts AS text[])) AS pair (account_id, contact_id)
        )
        SELECT account_id, contact_id, 'friend' AS kind, staff_id AS object_id, since
        FROM wanted JOIN channels.follow USING (account_id, contact_id) WHERE ended_at IS NULL
        UNION ALL
        SELECT account_id, contact_id, 'group_member', group_id, joined_at
        FROM wanted JOIN channels.chat_member AS stay USING (account_id)
        WHERE stay.member_id = contact_id AND stay.kind = 'customer' AND left_at IS NULL
        ORDER BY account_id, contact_id, kind, object_id
        """,
        accounts=[account_id for account_id, _ in pairs],
        contacts=[contact_id for _, contact_id in pairs],
    )
    return [StandingTie(*row) for row in found]
