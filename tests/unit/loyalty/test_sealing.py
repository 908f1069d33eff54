"""Sealing looks at what it seals, however much the ledger holds and whatever PostgreSQL believes of its tables."""

from sqlalchemy import Connection
from tests.unit.loyalty.conftest import NOON, Ledger

from siyu.engines.postgres import rows
from siyu.loyalty import service

OLD, NEW = 20_000, 30


def test_what_was_sealed_before_is_not_read_again(ledger: Ledger) -> None:
    ledger.earn(1, 5)
    ledger.seal()
    ledger.tamper(
        """
        WITH person AS (
            INSERT INTO loyalty.account (kind, owner, unit, below_zero, balance)
            SELECT 'customer', 1000 + n, 'points', false, 5 FROM generate_series(1, :old) AS n RETURNING id, owner
        ), head AS (
            INSERT INTO loyalty.transaction
            SELECT 1000000 + owner, 'old-' || owner, '', 'posted', 'order', '', 'tests', 0, NULL, :now, :now FROM person
        )
        INSERT INTO loyalty.posting
        SELECT 1000000 + owner, place, account_id, amount FROM person CROSS JOIN LATERAL (VALUES
            (0, id, 5), (1, (SELECT id FROM loyalty.account WHERE kind = 'issuer' AND unit = 'points'), -5)
        ) AS line (place, account_id, amount)
        """,
        old=OLD,
        now=NOON,
    )
    ledger.post(*[ledger.earning(1 + number % 3, 7) for number in range(NEW)])

    def looked_at(conn: Connection) -> dict[str, int]:
        found = rows(
            conn,
            """SELECT relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables
               WHERE schemaname = 'loyalty' AND relname IN ('account', 'posting', 'transaction')""",
        )
        return {row[0]: int(row[1]) for row in found}

    def read_while_sealing(conn: Connection) -> dict[str, int]:
        # Told once a second: what this connection read within the last one, for others, may be among it.
        before = looked_at(conn)
        assert service.seal(conn, NOON) == NEW
        return {table: count - before.get(table, 0) for table, count in looked_at(conn).items()}

    read = ledger.done(read_while_sealing)
    assert set(read) == {"account", "posting", "transaction"}
    assert {table: count for table, count in read.items() if count > 20 * NEW} == {}
