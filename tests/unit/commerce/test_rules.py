"""The rules of an order: any views, in any order and batching, end in the same state, and facts add up to it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.commerce.rules import Snapshot, facts_of_change, fold, read_view
from siyu.commerce.types import UnreadableOrder
from siyu.intake.types import Message
from siyu.kernel.clock import to_millis

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = 86_400_000


def row(minutes: int = 0, heard: int = 0, **payload: Any) -> Message:
    order = {"platform": "taobao", "shop": "s", "order_no": "1", **payload}
    at = START + timedelta(minutes=minutes)
    return Message("order", 1, f"m{minutes}-{heard}", at, START + timedelta(days=9, minutes=heard), (), order)


def line(number: str, **fields: Any) -> dict[str, Any]:
    return {"line_no": number, "quantity": 1, **fields}


def event(name: str, minutes: int = 0, **properties: Any) -> Message:
    payload = {"event": name, "properties": {"order_id": "1", **properties}}
    return Message("track", 4, f"e{minutes}", START + timedelta(minutes=minutes), START, (), payload)


def told(*messages: Message, old: Snapshot | None = None, each: bool = True) -> tuple[Snapshot, list[Any]]:
    """Fold messages one by one (or all at once) and collect the facts."""
    facts = []
    for group in [[m] for m in messages] if each else [list(messages)]:
        new = fold(old, [view for m in group if (view := read_view(m)) is not None])
        facts += facts_of_change(old, new, group[-1])
        new.touched = set()
        old = new
    assert old is not None
    return old, facts


def kinds(facts: list[Any]) -> list[tuple[str, int]]:
    return [(fact.kind, fact.amount_fen) for fact in facts]


class TestMoney:
    def test_paid_order_is_told_once(self) -> None:
        view = row(status="paid", paid_fen=500, total_fen=600)
        order, facts = told(view, view, view)
        assert kinds(facts) == [("order.placed", 0), ("order.paid", 500)]
        assert order.paid_fen == 500

    def test_nothing_is_paid_before_it_is_paid(self) -> None:
        order, facts = told(row(status="placed", paid_fen=500))
        assert (order.paid_fen, kinds(facts)) == (0, [("order.placed", 0)])
        order, facts = told(row(1, status="paid"), old=order)
        assert (order.paid_fen, kinds(facts)) == (500, [("order.paid", 500)])

    def test_closed_without_payment_has_no_money(self) -> None:
        order, facts = told(row(status="closed", paid_fen=500))
        assert order.paid_fen == 0
        assert kinds(facts) == [("order.placed", 0), ("order.closed", 0)]

    def test_only_the_increment_of_a_refund_is_told(self) -> None:
        _, facts = told(
            row(status="paid", paid_fen=500),
            row(status="paid", paid_fen=500, refunded_fen=100),
            row(status="paid", paid_fen=500, refunded_fen=300),
        )
        assert kinds(facts)[2:] == [("order.refunded", -100), ("order.refunded", -200)]

    def test_lower_refund_of_an_older_export_is_ignored(self) -> None:
        order, facts = told(
            row(5, status="received", paid_fen=500, refunded_fen=300),
            row(9, status="paid", paid_fen=500, refunded_fen=100),
            row(4, status="received", paid_fen=500, refunded_fen=100),
        )
        assert order.refunded_fen == 300
        assert sum(fact.amount_fen for fact in facts) == 200

    def test_refund_taken_back_by_a_newer_view(self) -> None:
        order, facts = told(
            row(5, status="received", paid_fen=500, refunded_fen=300),
            row(6, status="received", paid_fen=500, refunded_fen=0),
        )
        assert order.refunded_fen == 0
        assert kinds(facts)[-1] == ("order.amended", 300)

    def test_lines_seen_in_parts_add_up(self) -> None:
        order, facts = told(
            row(status="paid", lines=[line("1", paid_fen=100)]),
            row(status="paid", lines=[line("2", paid_fen=40, title="帽子")]),
        )
        assert order.paid_fen == 140
        assert kinds(facts)[-1] == ("order.amended", 40)
        assert facts[-1].properties["lines"] == [{"title": "帽子", "quantity": 1, "paid_fen": 40}]

    def test_figure_of_the_order_stands_above_its_lines(self) -> None:
        order, _ = told(row(status="paid", paid_fen=90, lines=[line("1", paid_fen=100)]))
        assert order.paid_fen == 90

    def test_sum_without_status_is_a_payment(self) -> None:
        _, facts = told(row(lines=[line("1", paid_fen=100)]))
        assert kinds(facts) == [("order.placed", 0), ("order.paid", 100)]

    def test_money_back_proves_that_it_was_paid(self) -> None:
        order, _ = told(row(status="closed", paid_fen=500, refunded_fen=500))
        assert (order.paid_fen, order.refunded_fen) == (500, 500)


class TestState:
    def test_stale_export_never_takes_an_order_back(self) -> None:
        order, facts = told(row(1, status="received", paid_fen=5), row(9, status="paid", paid_fen=4))
        assert (order.status, order.paid_fen) == (4, 5)
        assert [fact.kind for fact in facts] == ["order.placed", "order.paid", "order.received"]

    def test_times_of_facts(self) -> None:
        at = to_millis(START)
        _, facts = told(row(status="received", paid_fen=5, placed_at=at, paid_at=at + DAY, shipped_at=at + 2 * DAY))
        assert [(f.kind, (f.occurred_at - START).days) for f in facts] == [
            ("order.placed", 0),
            ("order.paid", 1),
            ("order.shipped", 2),
            ("order.received", 2),
        ]

    def test_without_any_time_the_message_decides(self) -> None:
        _, facts = told(row(7, status="paid", paid_fen=5))
        assert {fact.occurred_at for fact in facts} == {START + timedelta(minutes=7)}

    def test_order_ten_years_old(self) -> None:
        at = to_millis(datetime(2016, 2, 29, tzinfo=UTC))
        _, facts = told(row(status="paid", placed_at=at))
        assert {fact.occurred_at.year for fact in facts} == {2016}


class TestClaim:
    def test_amounts_move_to_the_customer(self) -> None:
        nobody, before = told(row(status="paid", paid_fen=500, refunded_fen=100))
        known = fold(nobody, [read_view(row(1, status="received", paid_fen=500, refunded_fen=150))])
        known.customer_id = 7
        facts = before + facts_of_change(nobody, known, row(1))
        assert sum(f.amount_fen for f in facts if f.customer_id == 0) == 0
        assert sum(f.amount_fen for f in facts if f.customer_id == 7) == 350
        assert [f.properties["to_customer_id"] for f in facts if f.kind == "order.claimed"] == [7, 7]
        assert all(f.properties["claimed"] for f in facts if f.customer_id == 7)


class TestTrackedEvents:
    def test_completed_partly_refunded_then_cancelled(self) -> None:
        products = [{"product_id": "p", "price": 10.1, "quantity": 2}, {"product_id": "p", "price": "5"}]
        order, facts = told(
            event("Order Completed", 0, total=25.2, currency="CNY", products=products),
            event("Order Refunded", 1, total=5),
            event("Order Refunded", 1, total=5),
            event("Order Refunded", 2, products=[{"product_id": "p", "price": 10.1}]),
            event("Order Cancelled", 3),
        )
        assert kinds(facts) == [
            ("order.placed", 0),
            ("order.paid", 2520),
            ("order.refunded", -500),
            ("order.refunded", -1010),
            ("order.closed", 0),
            ("order.refunded", -1010),
        ]
        assert (order.paid_fen, order.refunded_fen) == (2520, 2520)
        assert sorted(order.lines) == ["p", "p#2", "refund:e1", "refund:e2"]

    def test_refund_heard_before_the_order(self) -> None:
        order, facts = told(event("Order Refunded", 5), event("Order Completed", 0, total=3))
        assert (order.paid_fen, order.refunded_fen) == (300, 300)
        assert sum(f.amount_fen for f in facts) == 0

    @pytest.mark.parametrize(
        "properties",
        [
            {"order_id": None},
            {"order_id": {"a": 1}},
            {"order_id": "x" * 500},
            {"order_id": True},
        ],
    )
    def test_what_is_no_order_is_passed_over(self, properties: dict[str, Any]) -> None:
        assert read_view(event("Order Completed", **properties)) is None

    @pytest.mark.parametrize("total", ["abc", -5, float("1e300"), True, [1], "1e999999999", None])
    def test_unreadable_total_falls_back_to_the_products(self, total: Any) -> None:
        view = read_view(event("Order Completed", total=total, products=[{"sku": "a", "price": 3}, "x", None]))
        assert view is not None
        assert view.paid_fen == 300


class TestBadRows:
    @pytest.mark.parametrize(
        ("payload", "reason"),
        [
            ({"lines": [line("1", quantity=-1)]}, "quantity -1"),
            ({"lines": [line("1", quantity=2**40)]}, "quantity"),
            ({"lines": [line("1", quantity=1.5)]}, "quantity"),
            ({"lines": [line("")]}, "line_no"),
            ({"lines": [line("1", paid_fen=2**63)]}, "paid_fen"),
            ({"paid_fen": 10**400}, "paid_fen"),
            ({"paid_fen": 1.5}, "paid_fen"),
            ({"paid_fen": -1}, "paid_fen"),
            ({"placed_at": 10**30}, "placed_at"),
            ({"placed_at": "2026"}, "placed_at"),
            ({"order_no": ""}, "order_no"),
            ({"order_no": "\0"}, "order_no"),
            ({"order_no": "9" * 200}, "order_no"),
            ({"status": "lost"}, "status"),
            ({"platform": None}, "platform"),
        ],
    )
    def test_reason_names_the_field(self, payload: dict[str, Any], reason: str) -> None:
        with pytest.raises(UnreadableOrder, match=reason) as caught:
            read_view(row(**payload))
        assert reason.split(maxsplit=1)[0] in caught.value.message_zh

    def test_nul_is_stripped_and_the_rest_kept(self) -> None:
        view = read_view(row(order_no="1\x002", lines=[line("a\0", title="红\0色")]))
        assert view is not None
        assert (view.order_no, view.lines[0].line_no, view.lines[0].title) == ("12", "a", "红色")

    def test_numbers_in_notes_are_hidden(self) -> None:
        view = read_view(row(note="送到门口,电话 138 0013-8000", extra={"channel": "app", "phone": "1", "deep": {}}))
        assert view is not None
        assert view.extra == {"note": "送到门口,电话 ***", "channel": "app"}


amounts = st.one_of(st.none(), st.integers(0, 1000))
statuses = st.sampled_from([None, "placed", "paid", "shipped", "received", "closed"])
some_line = st.fixed_dictionaries(
    {"line_no": st.sampled_from("abc"), "quantity": st.integers(0, 3), "paid_fen": amounts, "refunded_fen": amounts}
)
times = st.one_of(st.none(), st.integers(0, 5 * DAY))


@st.composite
def any_message(draw: st.DrawFn) -> Message:
    minutes = draw(st.integers(0, 50))
    if draw(st.integers(0, 3)) == 0:
        name = draw(st.sampled_from(["Order Completed", "Order Refunded", "Order Cancelled"]))
        total = draw(st.one_of(st.none(), st.integers(0, 50)))
        return event(name, minutes, total=total, affiliation="s")
    payload = {
        "status": draw(statuses),
        "paid_fen": draw(amounts),
        "refunded_fen": draw(amounts),
        "paid_at": draw(times),
        "shipped_at": draw(times),
        "lines": draw(st.lists(some_line, max_size=3, unique_by=lambda one: one["line_no"])),
    }
    return row(minutes, draw(st.integers(0, 50)), platform="tracking", **payload)


@st.composite
def complete_views(draw: st.DrawFn) -> list[Message]:
    """Views that say everything, each of another moment: then the arrival order must not matter."""
    moments = draw(st.lists(st.integers(0, 500), min_size=1, max_size=6, unique=True))
    figure = st.integers(0, 1000)
    return [
        row(
            minutes,
            minutes,
            status=draw(st.sampled_from(["placed", "paid", "shipped", "received", "closed"])),
            paid_fen=draw(figure),
            refunded_fen=draw(figure),
            lines=[
                line(n, paid_fen=draw(figure), refunded_fen=draw(figure)) for n in draw(st.sets(st.sampled_from("abc")))
            ],
        )
        for minutes in moments
    ]


class TestProperties:
    @given(st.lists(any_message(), min_size=1, max_size=10), st.data())
    def test_facts_always_add_up(self, messages: list[Message], data: st.DataObject) -> None:
        order, total = None, 0
        while messages:
            size = data.draw(st.integers(1, len(messages)))
            group, messages = messages[:size], messages[size:]
            new, facts = told(*group, old=order, each=False)
            total += sum(fact.amount_fen for fact in facts)
            assert total == new.paid_fen - new.refunded_fen
            assert new.status >= (order.status if order else 0)
            order = new

    @given(st.lists(any_message(), min_size=1, max_size=8))
    def test_batching_does_not_matter_and_repeats_change_nothing(self, messages: list[Message]) -> None:
        one_by_one, _ = told(*messages)
        at_once, _ = told(*messages, each=False)
        at_once.touched = set()
        assert one_by_one == at_once
        for message in reversed(messages[-1:]):
            again, facts = told(message, old=at_once)
            assert facts == []
            assert again == at_once

    @given(complete_views(), st.data())
    def test_arrival_order_does_not_matter(self, messages: list[Message], data: st.DataObject) -> None:
        shuffled = data.draw(st.permutations(messages))
        repeated = [*shuffled, *data.draw(st.lists(st.sampled_from(messages), max_size=4))]
        straight, _ = told(*messages)
        crooked, facts = told(*repeated)
        assert (crooked.status, crooked.paid_fen, crooked.refunded_fen) == (
            straight.status,
            straight.paid_fen,
            straight.refunded_fen,
        )
        assert crooked.lines == straight.lines
        assert sum(fact.amount_fen for fact in facts) == straight.paid_fen - straight.refunded_fen
