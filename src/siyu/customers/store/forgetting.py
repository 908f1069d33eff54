"""What is deleted of somebody, and what others still need."""

from collections.abc import Sequence

from sqlalchemy import Connection

from siyu.engines.postgres import rows, run


def drop_tags(conn: Connection, customer_id: int) -> None:
    """All tags of a customer, whoever put them."""
    run(conn, "DELETE FROM customers.tag WHERE customer_id = :id", id=customer_id)


def tokens_in_use(conn: Connection, tokens: Sequence[str]) -> set[str]:
    """Those of these fingerprints that some profile has."""
    found = rows(
        conn,
        """SELECT DISTINCT token FROM customers.profile, unnest(tokens) AS token
           WHERE tokens && CAST(:tokens AS text[]) AND tokens <> '{}' AND token = ANY(CAST(:tokens AS text[]))""",
        tokens=list(tokens),
    )
    return {row[0] for row in found}
