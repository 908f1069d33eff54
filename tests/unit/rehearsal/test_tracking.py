from collections import Counter, defaultdict
from typing import Any

import orjson
import pytest

from siyu.intake.admission import admit
from siyu.rehearsal import service
from siyu.rehearsal.types import APP_ID, MINI_PROGRAM, SHOPS, WEBSITE, Brand, Shop, TrackingBatch, Truth


@pytest.fixture(scope="module")
def batches(brand: Brand) -> list[TrackingBatch]:
    return list(service.tracking_batches(brand))


@pytest.fixture(scope="module")
def events(batches: list[TrackingBatch]) -> list[dict[str, Any]]:
    return [event for batch in batches for event in batch.events]


class TestBatches:
    def test_the_door_takes_every_event(self, events: list[dict[str, Any]], brand: Brand) -> None:
        now = brand.end * 1000
        for event in events:
            taken = admit(orjson.loads(orjson.dumps(event)), kind="", source_id=1, sent_ms=None, received_ms=now)
            assert isinstance(taken, bytes), taken

    def test_size(self, batches: list[TrackingBatch], brand: Brand, events: list[dict[str, Any]]) -> None:
        assert max(len(orjson.dumps({"batch": batch.events})) for batch in batches) < 500 * 1024
        assert max(len(batch.events) for batch in batches) == 500
        assert len(events) == service.count_events(brand)
        assert 7 < len(events) / len(brand.people) < 11

    def test_message_ids_are_unique(self, events: list[dict[str, Any]]) -> None:
        assert len({event["messageId"] for event in events}) == len(events)

    def test_old_events_are_an_import(self, batches: list[TrackingBatch]) -> None:
        paths = {(batch.source, batch.path) for batch in batches}
        assert paths == {(s, p) for s in (WEBSITE, MINI_PROGRAM) for p in ("/v1/import", "/v1/batch")}
        oldest = min(e["timestamp"] for batch in batches if batch.path == "/v1/batch" for e in batch.events)
        assert oldest >= "2026-03-13"

    def test_in_order_of_time(self, batches: list[TrackingBatch]) -> None:
        for source in (WEBSITE, MINI_PROGRAM):
            times = [event["timestamp"] for batch in batches if batch.source == source for event in batch.events]
            assert times == sorted(times)
            assert times[-1] <= "2026-03-15T11:20:00.000Z"


class TestOrders:
    def test_money_is_the_truth(self, events: list[dict[str, Any]], truth: Truth) -> None:
        paid: dict[str, int] = {}
        back: dict[str, int] = defaultdict(int)
        for event in events:
            properties = event.get("properties", {})
            match event.get("event"):
                case "Order Completed":
                    assert properties["order_id"] not in paid
                    paid[properties["order_id"]] = round(properties["total"] * 100)
                case "Order Refunded" | "Order Cancelled":
                    assert properties["order_id"] in paid
                    back[properties["order_id"]] += round(properties["total"] * 100)
        place = ("tracking", SHOPS[Shop.WEBSITE].name)
        assert (sum(paid.values()), sum(back.values())) == truth.shops[place]
        assert paid.keys() == {number for *shop, number in truth.buyers if tuple(shop) == place}

    def test_orders_of_the_mall_are_left_to_its_export(self, batches: list[TrackingBatch]) -> None:
        names = Counter(e.get("event") for batch in batches if batch.source == MINI_PROGRAM for e in batch.events)
        assert names["Checkout Started"] > 0
        assert names["Order Completed"] == 0


class TestIdentifiers:
    def test_claims_are_true(self, batches: list[TrackingBatch], truth: Truth) -> None:
        """All identifiers of one event have an owner in common."""
        for batch in batches:
            for event in batch.events:
                names = [("anonymous_id", batch.source, event["anonymousId"])]
                if "userId" in event:
                    names.append(("user_id", batch.source, event["userId"]))
                traits = event.get("traits", {})
                names += [(kind, "", traits[kind]) for kind in ("phone", "email") if kind in traits]
                for other in event["context"].get("externalIds", ()):
                    scope = "" if other["collection"] == "users" else other["collection"]
                    names.append((other["type"], scope, other["id"]))
                assert set.intersection(*(set(truth.owners[name]) for name in names))

    def test_some_visitors_say_who_they_are(self, events: list[dict[str, Any]]) -> None:
        kinds = Counter(event["type"] for event in events)
        assert kinds["identify"] > 0.05 * len(events)
        web = [event for event in events if event["context"]["library"]["name"] == "analytics.js"]
        assert 0.3 < sum("userId" in event for event in web) / len(web) < 0.9
        mini = [event for event in events if "app" in event["context"]]
        scopes = {one["collection"] for event in mini for one in event["context"].get("externalIds", ())}
        assert scopes == {APP_ID, "users", "yunxiu"}
