"""SQL of what is sent. Sealed, because it may name the person."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from siyu.engines.postgres import rows, run


def put(conn: Connection, sealed: Mapping[str, bytes]) -> None:
    """Keep sealed messages by their hash; what is there stays."""
    hashes = sorted(sealed)
    run(
        conn,
        """INSERT INTO touch.message (hash, sealed)
           SELECT hash, sealed FROM unnest(CAST(:hashes AS text[]), CAST(:sealed AS bytea[])) AS new (hash, sealed)
           ORDER BY hash ON CONFLICT DO NOTHING""",
        hashes=hashes,
        sealed=[sealed[one] for one in hashes],
    )


def known(conn: Connection, hashes: Collection[str]) -> set[str]:
    """Those of these hashes that are kept."""
    found = rows(conn, "SELECT hash FROM touch.message WHERE hash = ANY(CAST(:hashes AS text[]))", hashes=list(hashes))
    return {row[0] for row in found}


def read(conn: Connection, hashes: Collection[str]) -> dict[str, bytes]:
    """Sealed messages by their hash."""
    found = rows(
        conn, "SELECT hash, sealed FROM touch.message WHERE hash = ANY(CAST(:hashes AS text[]))", hashes=list(hashes)
    )
    return {row[0]: bytes(row[1]) for row in found}
