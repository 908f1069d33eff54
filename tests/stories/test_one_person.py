"""One person, however they come: the events of all their devices and shops stand on one timeline, and can be parted."""

import itertools
import re
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
from tests.running import ACTOR, Siyu
from tests.stories.speaking import Source, eventually

from siyu.app import people, rebuilding
from siyu.kernel.errors import SiyuError

Find = Callable[[str], list[int]]


def track(event: str, **ids: str) -> dict[str, Any]:
    return {"type": "track", "event": event, "messageId": uuid.uuid4().hex, **ids}


def identify(traits: dict[str, Any], **ids: str) -> dict[str, Any]:
    return {"type": "identify", "traits": traits, "messageId": uuid.uuid4().hex, **ids}


def timeline(api: httpx.Client, customer: int) -> list[str]:
    """Names of the events on a customer's timeline, newest first."""
    page = api.get(f"/api/v1/customers/{customer}/timeline", params={"limit": 500}).raise_for_status().json()
    return [entry["name"] for entry in page["entries"] if entry["kind"] == "event.tracked"]


def all_is_well(siyu: Siyu) -> None:
    with siyu.context() as context:
        assert rebuilding.check_identity(context) == []


class TestFromEventToTimeline:
    def test_no_network_address_is_kept(self, source: Source, api: httpx.Client, find: Find) -> None:
        """Neither the one that an SDK names, nor that of the request, for which Segment's ``direct`` asks."""
        by_hand = {"context": {"ip": "203.0.113.7", "direct": True, "locale": "zh-CN"}}
        source.send(
            {**track("Visit", userId="anywhere"), **by_hand},
            {**track("Visit", userId="anywhere"), "context": {"direct": True}},
            {**identify({"plan": "gold"}, userId="anywhere"), **by_hand},
        )
        (customer,) = find("anywhere")
        kept = [
            api.get(f"/api/v1/customers/{customer}{more}").raise_for_status().text
            for more in ("", "/timeline", "/graph")
        ]
        assert kept[1].count("zh-CN") == 1
        assert "gold" in kept[0]
        assert not [text for text in kept if "203.0.113" in text or "127.0.0.1" in text or '"ip"' in text]

    def test_the_event_is_on_the_timeline_within_a_second(self, source: Source, api: httpx.Client, find: Find) -> None:
        source.send(track("Warm-up", userId="quick"))
        (customer,) = find("quick")
        waits = []
        for number in range(5):
            source.send(track(f"Event {number}", userId="quick"))
            began = time.monotonic()
            assert f"Event {number}" in eventually(
                lambda: timeline(api, customer), lambda names, n=number: f"Event {n}" in names
            )
            waits.append(time.monotonic() - began)
        assert sorted(waits)[2] < 1, waits

    def test_pages_go_on_where_the_last_one_ended(self, source: Source, api: httpx.Client, find: Find) -> None:
        source.send(*[track(f"Event {number:02d}", userId="page-reader") for number in range(25)])
        (customer,) = find("page-reader")
        names: list[str] = []
        cursor = None
        for _ in range(10):
            given = {"limit": 10, "kind": "event.tracked"} | ({"cursor": cursor} if cursor else {})
            page = api.get(f"/api/v1/customers/{customer}/timeline", params=given).raise_for_status().json()
            names += [entry["name"] for entry in page["entries"]]
            if (cursor := page["next"]) is None:
                break
        assert sorted(names) == [f"Event {number:02d}" for number in range(25)]


class TestChannels:
    def test_people_are_counted_by_the_channels_they_are_known_on(
        self, siyu: Siyu, source: Source, api: httpx.Client, find: Find
    ) -> None:
        """A buyer at two shops' platforms counts on both; phone and mail together on none."""

        def counted() -> Counter[str]:
            return Counter(api.get("/api/v1/identity/assets").raise_for_status().json()["people_by_channels"])

        find("nobody")  # all is absorbed that came before
        before = counted()
        bought = [{"type": "platform_buyer", "collection": name, "id": "two-shops"} for name in ("jd", "taobao")]
        by_mail = {"phone": "13912340987", "email": "two-ways@example.com"}
        source.send(
            {**track("Bought", anonymousId="two-shops-device"), "context": {"externalIds": bought}},
            identify(by_mail, anonymousId="two-ways-device"),
        )
        assert find("two-shops") != find("two-ways@example.com")
        assert counted() - before == Counter({"0": 1, "2": 1})
        printed = siyu.cli("assets").stdout
        assert re.search(rf"2 channels\W+{counted()['2']:,}\b", printed), printed
        assert api.get("/api/v1/insight/assets").json()["people_by_channels"] == counted()


class TestBecomingKnown:
    def test_what_the_visitor_did_before_is_on_the_timeline(
        self, source: Source, api: httpx.Client, find: Find, phone: str
    ) -> None:
        source.send(track("Saw The Shop Window", anonymousId="visitor-1"))
        (anonymous,) = find("visitor-1")
        source.send(identify({"phone": phone}, anonymousId="visitor-1", userId="visitor"))
        source.send(track("Came Back", userId="visitor"))
        (known,) = find(phone)
        assert find("visitor-1") == find("visitor") == [known]
        assert set(timeline(api, known)) == {"Saw The Shop Window", "Came Back"}
        # The old id leads to the same person.
        assert api.get(f"/api/v1/customers/{anonymous}").json()["customer_id"] == known

    def test_two_devices_meet_in_one_phone(self, source: Source, api: httpx.Client, find: Find, phone: str) -> None:
        for device in ("phone", "tablet"):
            source.send(track(f"Opened On {device}", anonymousId=f"{phone}-{device}"))
            source.send(identify({"phone": phone}, anonymousId=f"{phone}-{device}"))
        (customer,) = find(phone)
        assert set(timeline(api, customer)) == {"Opened On phone", "Opened On tablet"}


class TestMergeAndSplit:
    def test_facts_follow_the_identifiers_there_and_back(
        self, siyu: Siyu, source: Source, api: httpx.Client, find: Find
    ) -> None:
        source.send(track("By Anna", userId="anna"), track("By Bert", userId="bert"))
        (anna,), (bert,) = find("anna"), find("bert")
        merged = api.post(
            "/api/v1/customers/merge", json={"customer_id": anna, "other_id": bert, "reason": "asked at the till"}
        )
        one = merged.raise_for_status().json()["customer_id"]
        siyu.drain()
        assert find("anna") == find("bert") == [one]
        assert set(timeline(api, one)) == {"By Anna", "By Bert"}

        graph = api.get(f"/api/v1/customers/{one}/graph").json()
        (moving,) = [known["id"] for known in graph["identifiers"] if known["value"] == "bert"]
        preview = api.post(f"/api/v1/customers/{one}/split-preview", json={"identifier_ids": [moving]}).json()
        assert [known["value"] for known in preview["leaving"]] == ["bert"]
        assert [known["value"] for known in preview["staying"]] == ["anna"]
        split = api.post(
            f"/api/v1/customers/{one}/split", json={"identifier_ids": [moving], "reason": "they are two after all"}
        )
        other = split.raise_for_status().json()["customer_id"]
        siyu.drain()
        assert (find("anna"), find("bert")) == ([one], [other])
        assert timeline(api, one) == ["By Anna"]
        assert timeline(api, other) == ["By Bert"]
        source.send(track("Bert Again", userId="bert"))
        siyu.drain()
        assert set(timeline(api, other)) == {"By Bert", "Bert Again"}
        all_is_well(siyu)

    def test_a_split_is_respected_by_later_events(
        self, siyu: Siyu, source: Source, api: httpx.Client, find: Find, phone: str
    ) -> None:
        source.send(identify({"phone": phone}, userId="mother"), identify({"phone": phone}, anonymousId="child"))
        (family,) = find(phone)
        graph = api.get(f"/api/v1/customers/{family}/graph").json()
        (child,) = [known["id"] for known in graph["identifiers"] if known["value"] == "child"]
        body = {"identifier_ids": [child], "reason": "the tablet is the child's"}
        api.post(f"/api/v1/customers/{family}/split", json=body).raise_for_status()
        source.send(identify({"phone": phone}, anonymousId="child"), track("Played", anonymousId="child"))
        assert find("child") != find("mother")
        all_is_well(siyu)

    def test_orders_follow_too(self, siyu: Siyu, source: Source, api: httpx.Client, find: Find) -> None:
        def bought(person: str, number: str, price: float) -> dict[str, Any]:
            properties = {"order_id": f"{source.name}-{number}", "total": price, "currency": "CNY"}
            return {**track("Order Completed", userId=person), "properties": properties}

        source.send(bought("carl", "1", 10), bought("dora", "2", 5.5))
        (carl,), (dora,) = find("carl"), find("dora")
        assert api.get(f"/api/v1/customers/{carl}").json()["value"]["net_fen"] == 1000
        body = {"customer_id": carl, "other_id": dora, "reason": "one wallet"}
        one = api.post("/api/v1/customers/merge", json=body).json()["customer_id"]
        assert api.get(f"/api/v1/customers/{one}").json()["value"]["net_fen"] == 1550
        orders = api.get(f"/api/v1/customers/{one}/orders").json()["orders"]
        assert {order["paid_fen"] for order in orders} == {1000, 550}

    def test_nonsense_is_refused(self, api: httpx.Client, source: Source, find: Find) -> None:
        source.send(track("Here", userId="only"))
        (only,) = find("only")
        merge = {"customer_id": only, "other_id": only, "reason": "why not"}
        assert api.post("/api/v1/customers/merge", json=merge).status_code == 400
        merge = {"customer_id": only, "other_id": 2**40, "reason": "why not"}
        assert api.post("/api/v1/customers/merge", json=merge).json()["code"] == "NotFound"
        split = {"identifier_ids": [2**40], "reason": "why not"}
        assert api.post(f"/api/v1/customers/{only}/split", json=split).status_code in {400, 404}


class TestRaces:
    def test_two_merges_of_the_same_people_at_once(self, siyu: Siyu, source: Source, find: Find) -> None:
        """Through two connections: one ring of people, merged from both ends at the same moment."""
        people_ids = [f"racer-{number}" for number in range(8)]
        source.send(*[track("Ran", userId=person) for person in people_ids])
        ids = [find(person)[0] for person in people_ids]
        together = Barrier(2)

        def merge_all(pairs: list[tuple[int, int]]) -> list[str]:
            outcomes = []
            for one, other in pairs:
                together.wait(20)
                try:
                    with context.database.transaction() as conn:
                        people.merge(conn, ACTOR, one, other, "race", context.clock.now())
                    outcomes.append("merged")
                except SiyuError as error:
                    outcomes.append(error.code)
            return outcomes

        forth = list(itertools.pairwise(ids))
        back = [(other, one) for one, other in forth]
        with siyu.context() as context, ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(merge_all, [forth, back]))
        # Of two who want the same, one does it; the other does it again to no effect, or hears that it is done.
        assert {outcome for told in outcomes for outcome in told} <= {"merged", "BadInput"}
        assert len({find(person)[0] for person in people_ids}) == 1
        all_is_well(siyu)

    def test_merges_race_with_the_pipeline(self, siyu: Siyu, source: Source, api: httpx.Client, find: Find) -> None:
        """Operators merge in one place while events tie the same people in another; every event keeps its owner."""
        pairs = [(f"left-{n}", f"right-{n}") for n in range(10)]
        source.send(*[track("First", userId=person) for pair in pairs for person in pair])
        ids = {person: find(person)[0] for pair in pairs for person in pair}

        def tie() -> None:
            for left, right in pairs:
                source.send({"type": "alias", "previousId": right, "userId": left}, track("Tied", userId=right))

        def merge() -> None:
            for left, right in pairs:
                body = {"customer_id": ids[right], "other_id": ids[left], "reason": "race"}
                answer = api.post("/api/v1/customers/merge", json=body)
                assert answer.status_code == 200 or answer.json()["code"] == "BadInput", answer.text

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(tie), pool.submit(merge)]:
                done.result(60)
        for left, right in pairs:
            (customer,) = find(left)
            assert find(right) == [customer]
        assert sorted(timeline(api, customer)) == ["First", "First", "Tied"]
        assert api.get("/api/v1/dead-letters", params={"source_id": source.id}).json()["items"] == []
        all_is_well(siyu)
