"""SQL of what can be asked of customers: tags that somebody has, traits of the newest, places of the latest buyers."""

from typing import Final

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, rows

_MOST_TAGS: Final = 2000
_PROFILES: Final = 3000
_BUYERS: Final = 20_000


def tags(conn: Connection) -> list[str]:
    """Every tag that somebody has, by name; the first 2,000. Jumps from tag to tag in the index."""
    found = rows(
        conn,
        """
        WITH RECURSIVE known AS (
            (SELECT tag FROM customers.tag ORDER BY tag LIMIT 1)
            UNION ALL
            SELECT (SELECT tag FROM customers.tag WHERE tag > known.tag ORDER BY tag LIMIT 1)
            FROM known WHERE known.tag IS NOT NULL
        )
        SELECT tag FROM known WHERE tag IS NOT NULL LIMIT :most
        """,
        most=_MOST_TAGS,
    )
    return [row[0] for row in found]


def traits(conn: Connection) -> list[AnyRow]:
    """Plain traits of the newest 3,000 profiles: name, sort of the value, value as text, of how many."""
    return rows(
        conn,
        """
        SELECT name, jsonb_typeof(value) AS sort, value #>> '{}' AS said, count(*) AS number
        FROM (SELECT traits FROM customers.profile ORDER BY customer_id DESC LIMIT :most) AS newest, jsonb_each(traits) AS had (name, value)
        GROUP BY name, sort, said ORDER BY name, number DESC, said
        """,
        most=_PROFILES,
    )


def personal_traits(conn: Connection) -> list[str]:
    """Names of the personal traits of the newest 3,000 profiles."""
    found = rows(
        conn,
        """
        SELECT DISTINCT jsonb_object_keys(personal) AS name
        FROM (SELECT personal FROM customers.profile ORDER BY customer_id DESC LIMIT :most) AS newest ORDER BY name
        """,
        most=_PROFILES,
    )
    return [row[0] for row in found]


def places(conn: Connection) -> list[str]:
    """Where the 20,000 latest buyers bought: ``jd``, and ``jd/name of the shop``."""
    found = rows(
        conn,
        """
        SELECT DISTINCT unnest(places) AS place FROM (
            SELECT places FROM customers.standing WHERE orders > 0 ORDER BY last_order_at DESC, customer_id DESC LIMIT :most
        ) AS latest ORDER BY place
        """,
        most=_BUYERS,
    )
    return [row[0] for row in found]
