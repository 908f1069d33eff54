"""SQL of complaints."""

from sqlalchemy import Connection

from siyu.engines.postgres import rows
from siyu.touch.types import Complaint


def put(conn: Connection, key: str, complaint: Complaint) -> bool:
    """Keep it; False when something is kept under this key already."""
    found = rows(
        conn,
        """INSERT INTO touch.complaint (key, customer_id, touch_id, at, noted_by)
           VALUES (:key, :customer_id, :touch_id, :at, :noted_by) ON CONFLICT DO NOTHING RETURNING key""",
        key=key,
        customer_id=complaint.customer_id,
        touch_id=complaint.touch_id,
        at=complaint.at,
        noted_by=complaint.noted_by,
    )
    return bool(found)


def by_key(conn: Connection, key: str) -> Complaint | None:
    found = rows(conn, "SELECT customer_id, touch_id, at, noted_by FROM touch.complaint WHERE key = :key", key=key)
    return Complaint(*found[0]) if found else None
