"""How many stand with whom: changes are written in the statement that changes ties, and put together hourly.

A statement sees the tables as they were before it, so it knows what was as well as what it writes; the locks on contacts
and groups keep others from their ties meanwhile.
"""

from typing import Final

from sqlalchemy import Connection

from siyu.engines.postgres import run

# Of ``old`` and ``new``, each all ties (contact_id, staff_id, tags) that stand of the contacts in question: a contact
# has a tag once, whoever put it. Reads ``:account_id``.
OF_FOLLOWS: Final = """
    INSERT INTO channels.tally (account_id, kind, object_id, change)
    SELECT :account_id, kind, object_id, sum(change) FROM (
        SELECT 'staff' AS kind, staff_id AS object_id, -1 AS change FROM old WHERE staff_id <> ''
        UNION ALL SELECT 'staff', staff_id, 1 FROM new WHERE staff_id <> ''
        UNION ALL SELECT 'tag', tag_id, -1
            FROM (SELECT DISTINCT contact_id, tag_id FROM old, unnest(tags) AS tag_id) AS had
        UNION ALL SELECT 'tag', tag_id, 1
            FROM (SELECT DISTINCT contact_id, tag_id FROM new, unnest(tags) AS tag_id) AS has
    ) AS counted GROUP BY kind, object_id HAVING sum(change) <> 0"""

# Of ``old`` and ``new``, the stays (group_id, kind) that last of the people in question. Reads ``:account_id``.
OF_MEMBERS: Final = """
    INSERT INTO channels.tally (account_id, kind, object_id, change)
    SELECT :account_id, 'chat_' || kind, group_id, sum(change) FROM (
        SELECT kind, group_id, -1 AS change FROM old UNION ALL SELECT kind, group_id, 1 FROM new
    ) AS counted GROUP BY kind, group_id HAVING sum(change) <> 0"""


def fold(conn: Connection) -> None:
    """Make one row of each number's changes; no sum changes. Changes that are being folded by another are left to it."""
    run(
        conn,
        """WITH gone AS (
               DELETE FROM channels.tally WHERE ctid IN (SELECT ctid FROM channels.tally FOR UPDATE SKIP LOCKED)
               RETURNING account_id, kind, object_id, change
           )
           INSERT INTO channels.tally (account_id, kind, object_id, change)
           SELECT account_id, kind, object_id, sum(change) FROM gone
           GROUP BY account_id, kind, object_id HAVING sum(change) <> 0""",
    )
