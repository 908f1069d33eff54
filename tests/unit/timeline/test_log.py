"""The fact log: columns, entries, manifests."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from siyu.engines.postgres import Database, rows, scalar
from siyu.kernel.fact import Fact
from siyu.timeline import service as timeline
from siyu.timeline import store
from siyu.timeline.columns import FACTS_PER_ENTRY, aliases_to_table, facts_to_table, pack, unpack

AT = datetime(2016, 2, 29, 23, 59, 59, 999000, tzinfo=UTC)


def fact(number: int) -> Fact:
    return Fact("order.paid", number, number + 1, AT, 3, f"m{number}", "n", -1250, {"名": "值", "n": number})


class TestColumns:
    def test_facts_come_back_as_they_were(self) -> None:
        table = unpack([pack(facts_to_table(7, [fact(1), fact(2)], 1_000)), pack(facts_to_table(8, [fact(3)], 2_000))])
        assert table["customer_id"].to_pylist() == [1, 2, 3]
        assert table["fact_id"].to_pylist() == [7 * FACTS_PER_ENTRY, 7 * FACTS_PER_ENTRY + 1, 8 * FACTS_PER_ENTRY]
        assert table["occurred_at"].to_pylist() == [AT] * 3
        assert table["amount_fen"].to_pylist() == [-1250] * 3
        assert table["properties"].to_pylist()[0] == '{"名":"值","n":1}'

    def test_some_columns_come_back_without_the_others(self) -> None:
        table = unpack([pack(facts_to_table(7, [fact(1), fact(2)], 1_000))], ("via", "kind"))
        assert table.to_pydict() == {"via": [2, 3], "kind": ["order.paid"] * 2}

    def test_the_same_facts_are_the_same_bytes(self) -> None:
        assert pack(facts_to_table(7, [fact(1)], 5)) == pack(facts_to_table(7, [fact(1)], 5))

    def test_a_later_alias_has_the_higher_version(self) -> None:
        table = unpack([pack(aliases_to_table(1, [(9, 4)])), pack(aliases_to_table(2, [(9, 5)]))])
        assert table["version"].to_pylist() == [1, 2]


class TestManifest:
    @pytest.fixture
    def log(self, conn: Connection) -> Connection:
        for number in range(5):
            timeline.append(conn, [fact(number * 10 + n) for n in range(10)])
        return conn

    def test_carries_the_oldest_free_entries_and_each_once(self, log: Connection) -> None:
        first = store.claim_entries(log, 100, 25)
        assert first is not None
        assert (first.entries, first.facts) == (3, 30)
        second = store.claim_entries(log, 100, 25)
        assert second is not None
        assert second.first > first.last
        assert store.claim_entries(log, 100, 25) is None

    def test_one_entry_goes_however_large(self, log: Connection) -> None:
        manifest = store.claim_entries(log, 100, 1)
        assert manifest is not None
        assert manifest.entries == 1

    def test_an_unfinished_one_is_found_and_carries_the_same(self, log: Connection) -> None:
        manifest = store.claim_entries(log, 2, 1000)
        assert manifest is not None
        timeline.append(log, [fact(99)])
        assert store.unshipped(log) == manifest
        assert len(store.bodies(log, manifest)["facts"]) == 2
        store.mark_shipped(log, manifest)
        assert store.unshipped(log) is None

    def test_an_entry_that_is_committed_late_is_not_passed_over(self, database: Database) -> None:
        with database.engine.connect() as slow:
            timeline.append(slow, [fact(1)])
            with database.transaction() as quick:
                timeline.append(quick, [fact(2)])
            with database.transaction() as exporter:
                manifest = store.claim_entries(exporter, 100, 100)
                assert manifest is not None
                assert manifest.facts == 1
            slow.commit()
        with database.transaction() as exporter:
            late = store.claim_entries(exporter, 100, 100)
            assert late is not None
            assert late.first < manifest.first

    def test_lag_counts_what_is_not_shipped(self, log: Connection) -> None:
        assert timeline.lag(log).facts == 50
        manifest = store.claim_entries(log, 2, 1000)
        assert manifest is not None
        assert timeline.lag(log).entries == 5
        store.mark_shipped(log, manifest)
        assert timeline.lag(log).entries == 3
        assert timeline.lag(log).oldest is not None

    def test_a_rebuild_ships_everything_again(self, log: Connection) -> None:
        while manifest := store.claim_entries(log, 2, 1000):
            store.mark_shipped(log, manifest)
        store.release_all(log)
        assert timeline.lag(log).facts == 50

    def test_nothing_to_append_is_nothing(self, conn: Connection) -> None:
        timeline.append(conn, [])
        timeline.append_aliases(conn, [])
        assert scalar(conn, "SELECT count(*) FROM timeline.entry") == 0

    def test_a_large_append_becomes_several_entries(self, conn: Connection) -> None:
        timeline.append(conn, [fact(n) for n in range(45_000)])
        assert [row[0] for row in rows(conn, "SELECT rows FROM timeline.entry ORDER BY id")] == [20_000, 20_000, 5_000]
