"""Commerce on a real PostgreSQL."""

import threading
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from siyu.commerce import service
from siyu.commerce.types import UnreadableOrder
from siyu.engines.postgres import Database, rows, scalar
from siyu.engines.vault import service as vault
from siyu.identity.types import Attribution
from siyu.intake.types import Message
from siyu.kernel.clock import to_millis
from siyu.kernel.errors import BadInput
from siyu.kernel.fact import Fact

START = datetime(2026, 1, 1, tzinfo=UTC)


def order(
    number: str, customer: int = 7, *, minutes: int = 0, heard: int = 0, via: int = 0, **payload: Any
) -> tuple[Message, Attribution]:
    body = {"platform": "taobao", "shop": "s", "order_no": number, "status": "paid", "paid_fen": 1000, **payload}
    at = START + timedelta(minutes=minutes)
    message = Message("order", 3, f"{number}-{minutes}-{heard}", at, START + timedelta(minutes=heard), (), body)
    return message, Attribution(customer, via or (customer + 100 if customer else 0))


def amounts(facts: Sequence[Fact], customer: int | None = None) -> int:
    return sum(fact.amount_fen for fact in facts if customer is None or fact.customer_id == customer)


def apply(conn: Connection, batch: Sequence[tuple[Message, Attribution]], now: datetime) -> list[Fact]:
    return service.apply(conn, batch, service.read(conn, [message for message, _ in batch]), now)


class TestApply:
    def test_repeat_changes_nothing(self, conn: Connection, now: datetime) -> None:
        lines = [{"line_no": "1", "product_no": "p", "title": "鞋", "quantity": 2, "paid_fen": 700}]
        batch = [order("1", lines=lines), order("2"), order("1", minutes=5, status="received", lines=lines)]
        first = apply(conn, batch, now)
        before = rows(conn, "SELECT * FROM commerce.order_header ORDER BY id")
        versions = rows(conn, "SELECT xmin FROM commerce.order_header UNION ALL SELECT xmin FROM commerce.order_line")
        assert len(first) == 5
        assert apply(conn, batch, now) == []
        assert rows(conn, "SELECT * FROM commerce.order_header ORDER BY id") == before
        assert len(versions) == 3

    def test_what_is_read_back(self, conn: Connection, now: datetime) -> None:
        placed = START - timedelta(days=3650)
        lines = [
            {
                "line_no": "1",
                "product_no": "p1",
                "sku": "红 42",
                "title": "鞋\0",
                "category": "鞋靴",
                "quantity": 2,
                "price_fen": 600,
                "paid_fen": 900,
                "refunded_fen": 100,
                "refund_status": "部分退款",
            }
        ]
        apply(
            conn,
            [order("1", lines=lines, placed_at=to_millis(placed), paid_fen=None, extra={"channel": "app"})],
            now,
        )
        [found] = service.orders_of(conn, 7).orders
        assert (found.placed_at, found.ordered_at, found.paid_at) == (placed, placed, None)
        assert (found.paid_fen, found.refunded_fen, found.status, found.via) == (900, 100, "paid", 107)
        assert (found.lines[0].title, found.lines[0].quantity, found.extra) == ("鞋", 2, {"channel": "app"})
        product = rows(conn, "SELECT platform, product_no, title, category FROM commerce.product")
        assert product == [("taobao", "p1", "鞋", "鞋靴")]

    def test_order_of_nobody_is_claimed_later(self, conn: Connection, now: datetime) -> None:
        facts = apply(conn, [order("1", 0, refunded_fen=200)], now)
        assert (amounts(facts, 0), len(service.orders_of(conn, 7).orders)) == (800, 0)
        facts += apply(conn, [order("1", 7, minutes=1, refunded_fen=300)], now)
        assert (amounts(facts, 0), amounts(facts, 7)) == (0, 700)
        assert service.values_of(conn, [7])[7].net_fen == 700

    def test_order_stays_with_its_first_customer(self, conn: Connection, now: datetime) -> None:
        facts = apply(conn, [order("1", 7), order("1", 8, minutes=1, refunded_fen=10)], now)
        facts += apply(conn, [order("1", 9, minutes=2, refunded_fen=30)], now)
        assert {fact.customer_id for fact in facts} == {7}
        assert amounts(facts) == 970

    def test_bad_order_refuses_the_batch_with_its_reason(self, conn: Connection, now: datetime) -> None:
        with pytest.raises(UnreadableOrder, match="Order '2' cannot be read: paid_fen"):
            apply(conn, [order("1"), order("2", paid_fen=2**70)], now)
        assert scalar(conn, "SELECT count(*) FROM commerce.order_header") == 0

    def test_largest_amounts_fit(self, conn: Connection, now: datetime) -> None:
        big = [{"line_no": str(n), "quantity": 2**31 - 1, "paid_fen": 10**13} for n in range(100)]
        facts = apply(conn, [order(str(n), paid_fen=None, lines=big) for n in range(20)], now)
        assert amounts(facts) == 20 * 10**15
        assert service.values_of(conn, [7])[7].paid_fen == 20 * 10**15

    def test_receiver_is_in_the_vault_only(self, conn: Connection, now: datetime) -> None:
        receiver = {"name": "张三", "phone": "+8613800138000", "address": "文三路 1 号", "city": "杭州"}
        facts = apply(conn, [order("1", receiver=receiver)], now)
        kept = scalar(conn, "SELECT receiver FROM commerce.order_header")
        assert kept["phone"] == vault.fingerprint("phone", "+8613800138000")
        assert kept["city"] == "杭州"
        everything = str([rows(conn, "SELECT * FROM commerce.order_header"), facts])
        assert not [value for value in ("张三", "13800138000", "文三路") if value in everything]

    def test_tracked_orders(self, conn: Connection, now: datetime) -> None:
        def event(name: str, minutes: int, **properties: Any) -> tuple[Message, Attribution]:
            at = START + timedelta(minutes=minutes)
            payload = {"event": name, "properties": {"order_id": 55, **properties}}
            return Message("track", 9, f"t{minutes}", at, at, (), payload), Attribution(4, 5)

        batch = [
            event("Product Viewed", 0),
            event("Order Completed", 1, total=9.9, products=[{"product_id": "a", "name": "A", "price": 9.9}]),
            event("Order Refunded", 2, total=2),
        ]
        facts = apply(conn, batch, now) + apply(conn, batch, now)
        assert amounts(facts) == 790
        assert [fact.occurred_at.minute for fact in facts] == [1, 1, 2]

    def test_older_name_of_a_product_does_not_come_back(self, conn: Connection, now: datetime) -> None:
        def named(number: str, title: str | None, minutes: int) -> tuple[Message, Attribution]:
            return order(number, minutes=minutes, lines=[{"line_no": "1", "product_no": "p", "title": title}])

        apply(conn, [named("1", "new", 5)], now)
        apply(conn, [named("2", "old", 1), named("3", None, 9)], now)
        assert scalar(conn, "SELECT title FROM commerce.product") == "new"

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_sums_hold_in_any_batching(self, database: Database, data: st.DataObject) -> None:
        number = uuid.uuid4().hex  # the examples share a database
        view = st.builds(
            order,
            st.sampled_from([f"{number}-a", f"{number}-b"]),
            st.sampled_from([0, 7]),
            minutes=st.integers(0, 9),
            heard=st.integers(0, 9),
            status=st.sampled_from([None, "placed", "paid", "received", "closed"]),
            paid_fen=st.one_of(st.none(), st.integers(0, 500)),
            refunded_fen=st.one_of(st.none(), st.integers(0, 500)),
            lines=st.lists(
                st.fixed_dictionaries({"line_no": st.sampled_from("xy"), "paid_fen": st.integers(0, 99)}),
                max_size=2,
                unique_by=lambda one: one["line_no"],
            ),
        )
        views = data.draw(st.lists(view, min_size=1, max_size=12))
        facts: list[Fact] = []
        with database.transaction() as conn:
            while views:
                size = data.draw(st.integers(1, len(views)))
                facts += apply(conn, views[:size], START)
                views = views[size:]
            stored = rows(
                conn,
                """SELECT customer_id, CAST(sum(paid_fen - refunded_fen) AS bigint) FROM commerce.order_header
                   WHERE order_no LIKE :mine GROUP BY customer_id""",
                mine=f"{number}%",
            )
        for customer_id, net in stored:
            assert amounts(facts, customer_id) == net
        assert amounts(facts) == sum(net for _, net in stored)

    def test_two_writers_of_the_same_orders(self, database: Database) -> None:
        """Both see no order at first; the second waits, finds it and folds on top of it."""
        facts: list[Fact] = []
        problems: list[BaseException] = []
        start = threading.Barrier(2)

        def write(heard: int, refunded: int) -> None:
            try:
                with database.transaction() as conn:
                    start.wait(10)
                    batch = [order(str(n), minutes=1, heard=heard, refunded_fen=refunded) for n in range(200)]
                    facts.extend(apply(conn, batch, START))
            except BaseException as problem:  # noqa: BLE001  # handed to the test
                problems.append(problem)

        threads = [threading.Thread(target=write, args=args) for args in ((1, 100), (2, 250))]
        [thread.start() for thread in threads]
        [thread.join(60) for thread in threads]
        assert problems == []
        assert amounts(facts) == 200 * 750
        assert sum(fact.kind == "order.paid" for fact in facts) == 200


class TestReassign:
    def test_merge_follows_chains(self, conn: Connection, now: datetime) -> None:
        apply(conn, [order("1", 7), order("2", 8), order("3", 9)], now)
        assert service.reassign(conn, [(7, 8), (8, 9)]) == 2
        assert len(service.orders_of(conn, 9).orders) == 3
        assert service.reassign(conn, [(7, 8), (8, 9)]) == 0

    def test_split_moves_what_the_identifier_decided(self, conn: Connection, now: datetime) -> None:
        apply(conn, [order("1", 7, via=70), order("2", 7, via=71), order("3", 0)], now)
        assert service.reassign_by_via(conn, [71, 0], 99) == 1
        assert [one.order_no for one in service.orders_of(conn, 99).orders] == ["2"]
        assert service.reassign_by_via(conn, [71], 99) == 0


class TestReading:
    def test_pages(self, conn: Connection, now: datetime) -> None:
        apply(conn, [order(f"{n:02}", minutes=n // 2) for n in range(25)], now)
        seen, cursor = [], None
        while True:
            page = service.orders_of(conn, 7, cursor=cursor, limit=10)
            seen += [one.order_no for one in page.orders]
            if (cursor := page.next) is None:
                break
        assert sorted(seen) == [f"{n:02}" for n in range(25)]
        assert seen[0] in {"23", "24"}

    @pytest.mark.parametrize("cursor", ["", "x", "W10=", "eyJhIjoxfQ==", "é"])
    def test_foreign_cursor(self, conn: Connection, cursor: str) -> None:
        with pytest.raises(BadInput):
            service.orders_of(conn, 7, cursor=cursor)

    def test_value(self, conn: Connection, now: datetime) -> None:
        apply(
            conn,
            [
                order("1", minutes=1, refunded_fen=400),
                order("2", minutes=9, platform="jd"),
                order("3", status="placed"),
            ],
            now,
        )
        value = service.values_of(conn, [7, 8])[7]
        assert (value.orders, value.paid_fen, value.refunded_fen, value.net_fen) == (2, 2000, 400, 1600)
        assert [(part.platform, part.orders) for part in value.platforms] == [("jd", 1), ("taobao", 1)]
        assert value.last_order_at == START + timedelta(minutes=9)
        assert service.values_of(conn, [8])[8].orders == 0
