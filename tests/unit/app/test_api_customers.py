"""The operator's list of customers: found, filtered, sorted, paged, masked, and right after merges and splits."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order, row, visit

from siyu.app import people
from siyu.app.standing import count_marked
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows, scalar

LIST = "/api/v1/customers"


def days(number: float) -> datetime:
    return NOW - timedelta(days=number)


@pytest.fixture
def shop(tell: Told) -> None:
    """ann bought three times on two platforms, ben once, cid is a member, dee asked nothing, eve is a browser."""
    tell(
        row("ann", days(100), phone="13800138000", name="张三", tags=["vip", "茶"]),
        order("ann", "1", days(90), 10_000),
        order("ann", "2", days(40), 5_000),
        order("ann", "3", days(2), 20_000, shop="outlet"),
        row("ben", days(50), name="李四"),
        order("ben", "4", days(20), 40_000),
        row("cid", days(30), member=True, platform="jd", shop="flagship"),
        row("dee", days(10), phone="13900139000"),
        visit("eve", days(1)),
    )


@pytest.fixture
def client(asking: Callable[..., TestClient], shop: None) -> TestClient:
    return asking("customers.read")


def listed(client: TestClient, **parameters: Any) -> list[dict[str, Any]]:
    answer = client.get(LIST, params=parameters)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["customers"])


def ids(client: TestClient, **parameters: Any) -> list[int]:
    return [one["customer_id"] for one in listed(client, **parameters)]


@pytest.fixture
def who(client: TestClient) -> dict[str, int]:
    """Ids by name."""
    with_ids = {name: ids(client, q=name) for name in ("ann", "ben", "cid", "dee", "eve")}
    assert all(len(found) == 1 for found in with_ids.values()), with_ids
    return {name: found[0] for name, found in with_ids.items()}


class TestRow:
    def test_everything_an_operator_sees_is_in_one_answer(self, client: TestClient, who: dict[str, int]) -> None:
        (ann,) = listed(client, q="张三")
        assert ann["customer_id"] == who["ann"]
        assert ann["personal"] == {"name": "张*", "phone": "138****8000"}
        assert (ann["layer"], ann["orders"], ann["net_fen"]) == (2, 3, 35_000)
        assert ann["platforms"] == ["jd"]
        assert ann["tags"] == ["vip", "茶"]
        assert datetime.fromisoformat(ann["first_order_at"]) == days(90)
        assert datetime.fromisoformat(ann["last_order_at"]) == days(2)
        assert datetime.fromisoformat(ann["last_seen_at"]) == days(2)
        assert datetime.fromisoformat(ann["known_since"]) == days(100)

    def test_no_secret_leaves_unmasked(self, client: TestClient) -> None:
        shown = client.get(LIST).text
        assert "张三" not in shown
        assert "13800138000" not in shown

    def test_a_nameless_device_stands_on_the_lowest_layer(self, client: TestClient, who: dict[str, int]) -> None:
        (eve,) = listed(client, q="eve")
        assert (eve["layer"], eve["orders"], eve["known_since"]) == (0, 0, None)


class TestSearch:
    @pytest.mark.parametrize("words", ["13800138000", "138 0013 8000", "+86 138 0013 8000", "张三", " 张三 ", "ann"])
    def test_a_name_or_any_identifier(self, client: TestClient, who: dict[str, int], words: str) -> None:
        assert ids(client, q=words) == [who["ann"]]

    def test_the_number_of_a_customer(self, client: TestClient, who: dict[str, int]) -> None:
        assert ids(client, q=str(who["ben"])) == [who["ben"]]

    @pytest.mark.parametrize("words", ["nobody", "张", "99999999999999999999999", "'; --", "%"])
    def test_nothing_is_found_but_what_is_there(self, client: TestClient, words: str) -> None:
        assert ids(client, q=words) == []

    def test_name_alone(self, client: TestClient, who: dict[str, int]) -> None:
        assert ids(client, name="李四") == [who["ben"]]
        assert ids(client, name="ann") == []


class TestFilters:
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"layer": 0}, {"ben", "dee", "eve"}),
            ({"layer": 2}, {"ann"}),
            ({"layer": 3}, {"cid"}),
            ({"layer": 4}, set()),
            ({"layer": 0, "orders_from": 1}, {"ben"}),
            ({"platform": "jd"}, {"ann", "ben"}),
            ({"platform": "taobao"}, set()),
            ({"platform": "jd", "shop": "outlet"}, {"ann"}),
            ({"tag": "茶"}, {"ann"}),
            ({"relation": "member"}, {"cid"}),
            ({"value_from": 35_000}, {"ann", "ben"}),
            ({"value_from": 35_001}, {"ben"}),
            ({"value_to": 35_000}, {"ann"}),
            ({"orders_from": 2}, {"ann"}),
            ({"orders_to": 0, "known_from": days(1000).isoformat()}, {"cid", "dee"}),
            ({"last_order_from": days(20).isoformat()}, {"ann", "ben"}),
            ({"last_order_before": days(20).isoformat()}, set()),
            ({"first_order_before": days(89).isoformat(), "last_order_from": days(5).isoformat()}, {"ann"}),
            ({"first_order_from": days(30).isoformat()}, {"ben"}),
            ({"seen_from": days(2).isoformat()}, {"ann", "eve"}),
            ({"seen_before": days(2).isoformat()}, {"ben", "cid", "dee"}),
            ({"first_seen_from": days(10).isoformat()}, {"dee", "eve"}),
            ({"known_from": days(30).isoformat()}, {"cid", "dee"}),
            ({"known_from": days(30).isoformat(), "known_before": days(10).isoformat()}, {"cid"}),
            ({"source_id": 1, "layer": 2}, {"ann"}),
            ({"source_id": 2}, set()),
            ({"q": "张三", "layer": 0}, set()),
        ],
        ids=lambda given: str(given) if isinstance(given, dict) else "finds",  # a set has no order
    )
    def test_each(self, client: TestClient, who: dict[str, int], asked: dict[str, Any], found: set[str]) -> None:
        by_id = {number: name for name, number in who.items()}
        assert {by_id[number] for number in ids(client, **asked)} == found


class TestOrder:
    @pytest.mark.parametrize(
        ("sort", "found"),
        [
            ("last_seen", ["eve", "ann", "dee", "ben", "cid"]),
            ("first_seen", ["eve", "dee", "cid", "ben", "ann"]),
            ("value", ["ben", "ann"]),
            ("orders", ["ann", "ben"]),
            ("last_order", ["ann", "ben"]),
        ],
    )
    def test_both_ways_whole_and_page_by_page(
        self, client: TestClient, who: dict[str, int], sort: str, found: list[str]
    ) -> None:
        wanted = [who[name] for name in found]
        for order_, expected in (("desc", wanted), ("asc", wanted[::-1])):
            assert ids(client, sort=sort, order=order_) == expected
            paged: list[int] = []
            cursor = None
            while True:
                more = {"cursor": cursor} if cursor else {}
                page = client.get(LIST, params={"sort": sort, "order": order_, "limit": 1, **more}).json()
                paged += [one["customer_id"] for one in page["customers"]]
                cursor = page["next"]
                if cursor is None:
                    break
            assert paged == expected

    def test_equal_keys_are_told_apart(self, tell: Told, asking: Callable[..., TestClient]) -> None:
        tell(*[order(f"same {n}", str(n), days(3), 700) for n in range(7)])
        client = asking("customers.read")
        seen: list[int] = []
        cursor = None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = client.get(LIST, params={"sort": "value", "limit": 3, **more}).json()
            seen += [one["customer_id"] for one in page["customers"]]
            if (cursor := page["next"]) is None:
                break
        assert len(seen) == len(set(seen)) == 7


class TestTotal:
    def test_exact_when_all_fit(self, client: TestClient) -> None:
        page = client.get(LIST).json()
        assert (page["total"], page["total_exact"]) == (5, True)

    def test_about_when_there_are_more(self, client: TestClient, database: Database) -> None:
        with database.transaction() as conn:
            rows(conn, "SELECT 1")
            conn.exec_driver_sql("ANALYZE customers.profile, customers.standing")
        page = client.get(LIST, params={"limit": 2}).json()
        assert (page["total"], page["total_exact"]) == (5, False)


class TestBadInput:
    @pytest.mark.parametrize(
        "asked",
        [
            {"limit": 0},
            {"limit": 501},
            {"layer": 7},
            {"layer": "x"},
            {"sort": "name"},
            {"order": "up"},
            {"cursor": "x"},
            {"cursor": "WzEsMl0"},
            {"shop": "outlet"},
            {"q": "a", "name": "b"},
            {"q": "\x00"},
            {"q": "x" * 300},
            {"tag": "\x00"},
            {"relation": "enemy"},
            {"value_from": "1.5"},
            {"value_from": 2**60},
            {"orders_from": -1},
            {"seen_from": "yesterday"},
            {"seen_from": "2026-01-01T00:00:00"},
            {"source_id": 10**30},
        ],
        ids=str,
    )
    def test_is_refused_with_a_sentence(self, client: TestClient, asked: dict[str, Any]) -> None:
        answer = client.get(LIST, params=asked)
        assert (answer.status_code, answer.json()["code"]) == (400, "BadInput"), answer.text

    def test_a_cursor_of_another_order_is_refused(self, client: TestClient) -> None:
        cursor = client.get(LIST, params={"sort": "value", "limit": 1}).json()["next"]
        for asked in ({"sort": "orders"}, {"sort": "value", "order": "asc"}, {}):
            answer = client.get(LIST, params={"cursor": cursor, **asked})
            assert (answer.status_code, answer.json()["code"]) == (400, "BadInput")


class TestMergesAndSplits:
    def test_value_and_layer_follow_both_ways(
        self, client: TestClient, database: Database, who: dict[str, int]
    ) -> None:
        actor = access.system("tests")
        with database.transaction() as conn:
            kept = people.merge(conn, actor, who["ben"], who["cid"], "one person", NOW)
            count_marked(conn)
        (one,) = listed(client, q="李四")
        assert (one["customer_id"], one["net_fen"], one["layer"]) == (kept, 40_000, 3)
        gone = ({who["ben"], who["cid"]} - {kept}).pop()
        assert gone not in ids(client)
        with database.transaction() as conn:
            assert scalar(conn, "SELECT count(*) FROM customers.standing WHERE customer_id = :id", id=gone) == 0
            moving = [found.id for found in people.identity.find(conn, "ben", "platform_buyer")]
            made = people.split(conn, actor, kept, moving, "two after all", NOW)
            count_marked(conn)
        after = {one["customer_id"]: (one["net_fen"], one["orders"]) for one in listed(client)}
        assert after[made] == (40_000, 1)
        assert after[kept] == (0, 0)


class TestCounting:
    def test_a_refund_and_a_repeat(self, tell: Told, client: TestClient) -> None:
        again = order("ann", "3", days(2), 20_000, shop="outlet")
        tell(again._replace(payload={**again.payload, "refunded_fen": 20_000, "status": "closed"}))
        (ann,) = listed(client, q="ann")
        assert (ann["orders"], ann["net_fen"]) == (2, 15_000)  # nothing is left of the third

    def test_a_device_becomes_known(self, tell: Told, client: TestClient, who: dict[str, int]) -> None:
        seen = visit("eve", days(0.5))
        claim = seen.claims[0]._replace(type="user_id", value="eve@home")
        tell(seen._replace(claims=(*seen.claims, claim)))
        (eve,) = listed(client, q="eve@home")
        assert eve["customer_id"] == who["eve"]
        assert datetime.fromisoformat(eve["known_since"]) == days(0.5)

    def test_nothing_is_marked_when_nothing_changes(self, tell: Told, client: TestClient, database: Database) -> None:
        from siyu.customers import service as customers

        tell(order("ann", "1", days(90), 10_000))
        with database.transaction() as conn:
            assert customers.stale_since(conn) is None
            assert count_marked(conn) == 0
