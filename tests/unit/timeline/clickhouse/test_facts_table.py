"""The table of facts on a real engine: what it answers, what a repeat does, and the squash."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from siyu.engines.clickhouse.client import Client
from siyu.timeline.clickhouse import store
from siyu.timeline.columns import ALIAS_COLUMNS, FACT_COLUMNS
from siyu.timeline.types import DayCount

NOW = datetime(2026, 5, 6, 7, 8, 9, 123000, tzinfo=UTC)


@pytest.fixture
def client(clickhouse: Client) -> Client:
    store.clear(clickhouse)
    return clickhouse


def _fact(fact_id: int, customer_id: int, *, via: int = 0, **columns: Any) -> dict[str, Any]:
    base = {"fact_id": fact_id, "customer_id": customer_id, "via": via, "kind": "order.paid", "name": ""}
    base |= {"occurred_at": NOW + timedelta(seconds=fact_id), "received_at": NOW, "source_id": 1}
    return base | {"message_id": f"m{fact_id}", "amount_fen": 100, "properties": '{"a": 1}'} | columns


def _put(client: Client, *facts: dict[str, Any], token: str = "") -> None:
    token = token or f"facts-{facts[0]['fact_id']}"
    client.insert("facts", pa.Table.from_pylist(list(facts), schema=FACT_COLUMNS), token=token)


def _alias(client: Client, version: int, *pairs: tuple[int, int]) -> None:
    rows = [{"id": old, "customer_id": new, "version": version} for old, new in pairs]
    client.insert("alias", pa.Table.from_pylist(rows, schema=ALIAS_COLUMNS), token=f"alias-{version}")
    client.run("SYSTEM RELOAD DICTIONARY alias_map")


def _ids(client: Client, *customer_ids: int, **options: Any) -> list[int]:
    return [entry.fact_id for entry in store.person_page(client, customer_ids=customer_ids, **options)]


def _owners(client: Client) -> dict[int, int]:
    return dict(client.rows(f"SELECT fact_id, {store.CURRENT_CUSTOMER} FROM facts"))


class TestPersonPage:
    def test_newest_first_with_everything_in_it(self, client: Client) -> None:
        _put(client, _fact(1, 10), _fact(2, 11), _fact(3, 12, name="x", amount_fen=-5, properties='{"标题": [1]}'))
        page = store.person_page(client, customer_ids=[10, 12])
        assert [entry.fact_id for entry in page] == [3, 1]
        assert (page[0].name, page[0].amount_fen, page[0].properties) == ("x", -5, {"标题": [1]})
        assert page[0].occurred_at == NOW + timedelta(seconds=3)
        assert (page[0].received_at, page[0].message_id, page[0].source_id) == (NOW, "m3", 1)

    def test_nobody(self, client: Client) -> None:
        assert _ids(client) == _ids(client, 10) == []

    def test_pages_miss_and_repeat_nothing_at_equal_times(self, client: Client) -> None:
        facts = [_fact(i, 10, occurred_at=NOW + timedelta(milliseconds=i // 7)) for i in range(1, 100)]
        random.Random(1).shuffle(facts)
        _put(client, *facts)
        seen: list[int] = []
        after: tuple[datetime, int] | None = None
        while page := store.person_page(client, customer_ids=[10], after=after, limit=10):
            seen += [entry.fact_id for entry in page]
            after = (page[-1].occurred_at, page[-1].fact_id)
        assert seen == list(range(99, 0, -1))

    def test_filters(self, client: Client) -> None:
        _put(client, *(_fact(i, 10, kind="page.viewed" if i % 2 else "order.paid") for i in range(1, 9)))
        assert _ids(client, 10, kinds=["page.viewed"]) == [7, 5, 3, 1]
        since, until = NOW + timedelta(seconds=3), NOW + timedelta(seconds=6)
        assert _ids(client, 10, since=since, until=until) == [5, 4, 3]
        assert _ids(client, 10, since=since, kinds=["order.paid"], limit=2) == [8, 6]

    def test_identifiers_that_a_split_moved(self, client: Client) -> None:
        _put(client, _fact(1, 10, via=100), _fact(2, 10, via=101), _fact(3, 20, via=102), _fact(4, 20, via=101))
        assert _ids(client, 10, moved_away=[101]) == [1]
        assert _ids(client, 20, moved_in=[101]) == [4, 3, 2]
        assert _ids(client, 20, moved_in=[101], limit=2) == [4, 3]
        assert _ids(client, 20, moved_in=[100], moved_away=[102]) == [4, 1]

    def test_times_far_away(self, client: Client) -> None:
        years = (1900, 1971, 2016, 2100, 2299)
        _put(client, *(_fact(year, 10, occurred_at=datetime(year, 1, 2, tzinfo=UTC)) for year in years))
        assert _ids(client, 10) == sorted(years, reverse=True)

    def test_a_batch_over_four_hundred_years(self, client: Client) -> None:
        _put(client, *(_fact(i, 10, occurred_at=datetime(1900 + i, 1, 2, tzinfo=UTC)) for i in range(1, 399)))
        assert len(_ids(client, 10, limit=1000)) == 398

    def test_it_reads_by_the_primary_key(self, client: Client) -> None:
        client.run(
            "INSERT INTO facts (fact_id, customer_id, via, kind, occurred_at, properties) SELECT number, number, "
            "number * 2, 'x', toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + number, '{}' FROM numbers(200000)"
        )
        assert _granules(client, "recorded_for IN (5, 150000) AND via NOT IN (1)") == 2
        assert _granules(client, "via IN (300000)") <= 8
        assert _granules(client, "1") == 98


def _granules(client: Client, condition: str) -> int:
    """How many granules (of 2,048 facts) remain to be read after all indexes."""
    plan = client.rows(f"EXPLAIN indexes = 1 SELECT * FROM facts WHERE {condition}")
    last = [line for (line,) in plan if "Granules:" in line][-1]
    return int(last.split("Granules:")[1].split("/")[0])


class TestRepeat:
    def test_the_same_token_adds_nothing_anywhere(self, client: Client) -> None:
        for _ in range(3):
            _put(client, *(_fact(i, 10) for i in range(1, 1001)), token="same")
        by_kind = "SELECT count(), sum(amount_fen) FROM facts WHERE kind = 'order.paid'"
        assert client.one(by_kind) == (1000, 100_000)
        assert client.one(by_kind + " SETTINGS optimize_use_projections = 0") == (1000, 100_000)

    def test_after_clear_the_same_token_counts_again(self, client: Client) -> None:
        _put(client, _fact(1, 10), token="again")
        store.clear(client)
        _put(client, _fact(1, 10), token="again")
        assert _ids(client, 10) == [1]


class TestCountsByDay:
    def test_days_of_the_zone_people_after_merges(self, client: Client) -> None:
        midnight = datetime(2026, 1, 1, 16, tzinfo=UTC)  # 2 January in Shanghai
        _put(
            client,
            _fact(1, 10, occurred_at=midnight - timedelta(milliseconds=1)),
            _fact(2, 10, occurred_at=midnight),
            _fact(3, 11, occurred_at=midnight, amount_fen=-30),
            _fact(4, 0, occurred_at=midnight),
            _fact(5, 12, occurred_at=midnight, kind="order.refunded"),
        )
        _alias(client, 1, (11, 10))
        days = store.counts_by_day(
            client, kind="order.paid", start=date(2026, 1, 1), end=date(2026, 1, 3), zone="Asia/Shanghai"
        )
        assert days == [DayCount(date(2026, 1, 1), 1, 1, 100), DayCount(date(2026, 1, 2), 3, 1, 170)]
        assert (
            store.counts_by_day(
                client, kind="order.paid", start=date(2026, 1, 3), end=date(2026, 2, 1), zone="Asia/Shanghai"
            )
            == []
        )

    def test_it_reads_the_projection(self, client: Client) -> None:
        _put(client, *(_fact(i, i, kind="rare" if i % 500 == 0 else "often") for i in range(1, 5000)))
        sql = f"SELECT count(), uniqExact({store.CURRENT_CUSTOMER}) FROM facts WHERE kind = 'rare'"
        assert any("of_kind" in line for (line,) in client.rows("EXPLAIN projections = 1 " + sql))


class TestAliases:
    def test_a_split_wins_over_a_merge_and_the_later_over_the_earlier(self, client: Client) -> None:
        _put(client, _fact(1, 10, via=100), _fact(2, 10, via=101), _fact(3, 11, via=102))
        _alias(client, 1, (10, 30))
        _alias(client, 3, (101, 40))
        _alias(client, 2, (101, 39))
        assert _owners(client) == {1: 30, 2: 40, 3: 11}


class TestSquash:
    def _some(self, client: Client) -> dict[int, int]:
        _put(client, *(_fact(i, 10 + i % 5, via=100 + i % 7) for i in range(1, 200)))
        _alias(client, 1, (10, 30), (101, 40))
        _alias(client, 2, (11, 31), (101, 41))
        _alias(client, 9, (12, 32))
        return _owners(client)

    def test_nothing_changes_for_readers_and_the_map_gets_small(self, client: Client) -> None:
        before = self._some(client)
        page = _ids(client, 10, moved_away=[101], limit=1000)
        assert store.squash(client, settled=5, least=1) == 3
        assert _owners(client) == before
        assert client.rows("SELECT id FROM alias") == [(12,)]
        assert _ids(client, 10, moved_away=[101], limit=1000) == page
        by_kind = "SELECT customer_id, count() FROM facts WHERE kind = 'order.paid' GROUP BY 1 ORDER BY 1"
        assert client.rows(by_kind) == client.rows(by_kind + " SETTINGS optimize_use_projections = 0")
        assert store.squash(client, settled=5, least=1) == 0

    def test_a_merge_of_those_who_were_squashed(self, client: Client) -> None:
        self._some(client)
        store.squash(client, settled=5, least=1)
        _alias(client, 10, (30, 50), (41, 51))
        owners = _owners(client)
        assert {owners[i] for i in range(1, 200) if i % 7 == 1} == {51}
        assert {owners[i] for i in range(1, 200) if i % 5 == 0 and i % 7 != 1} == {50}

    def test_killed_between_its_steps_it_is_repeated(self, client: Client) -> None:
        before = self._some(client)

        class Dies:
            """A client whose connection breaks before the aliases are deleted."""

            def __getattr__(self, name: str) -> Any:
                return getattr(client, name)

            def run(self, sql: str, **options: Any) -> None:
                if "DELETE" in sql:
                    raise ConnectionError
                client.run(sql, **options)

        with pytest.raises(ConnectionError):
            store.squash(Dies(), settled=5, least=1)  # type: ignore[arg-type]
        assert _owners(client) == before
        assert store.squash(client, settled=5, least=1) == 3
        assert _owners(client) == before

    def test_a_few_aliases_are_left_alone(self, client: Client) -> None:
        self._some(client)
        assert store.squash(client, settled=5) == 0
        assert client.scalar("SELECT uniqExact(id) FROM alias") == 4
