"""What an operator's console asks, in the order in which an operator looks: overview, list, live, system, export."""

import csv
import io
import threading
from typing import Any

import httpx
import pytest
from tests.running import Siyu
from tests.stories.speaking import Source, eventually

from siyu.engines.access import service as access

LIST = "/api/v1/customers"


def order(user: str, number: str, fen: int) -> dict[str, Any]:
    properties = {"order_id": number, "total": fen / 100, "currency": "CNY", "products": []}
    return {"type": "track", "event": "Order Completed", "userId": user, "messageId": number, "properties": properties}


class TestALookAround:
    @pytest.fixture
    def buyer(self, source: Source, phone: str) -> str:
        """Somebody who says who they are and buys twice."""
        traits = {"name": "欧阳晓", "phone": phone}
        identify = {"type": "identify", "userId": f"u{phone}", "messageId": f"i{phone}", "traits": traits}
        source.send(identify, order(f"u{phone}", f"{phone}-1", 12_000), order(f"u{phone}", f"{phone}-2", 8_000))
        return phone

    def listed(self, api: httpx.Client, **asked: Any) -> list[dict[str, Any]]:
        return list(api.get(LIST, params=asked).raise_for_status().json()["customers"])

    def test_a_buyer_is_in_the_list_with_what_they_are_worth(self, siyu: Siyu, api: httpx.Client, buyer: str) -> None:
        (one,) = eventually(lambda: self.listed(api, q=buyer), lambda found: bool(found) and found[0]["orders"] == 2)
        assert (one["orders"], one["net_fen"], one["layer"]) == (2, 20_000, 2)
        assert one["personal"] == {"name": "欧*", "phone": f"{buyer[:3]}****{buyer[-4:]}"}
        assert one["customer_id"] in [row["customer_id"] for row in self.listed(api, sort="last_order", layer=2)]

    def test_the_overview_counts_them_and_leads_to_them(self, siyu: Siyu, api: httpx.Client, buyer: str) -> None:
        eventually(lambda: self.listed(api, q=buyer), lambda found: bool(found) and found[0]["orders"] == 2)
        siyu.drain()
        seen = api.get("/api/v1/overview", params={"days": 7}).raise_for_status().json()["overview"]
        assert seen["north_star"]["now"]["customers"] >= 1
        people = seen["rarra"]["activation"]["people"]
        found = api.get(people["path"], params=people["parameters"]).raise_for_status().json()
        assert found["total"] >= 1

    def test_the_debugger_shows_what_became_of_a_message(self, siyu: Siyu, source: Source) -> None:
        told: list[str] = []
        opened, seen = threading.Event(), threading.Event()

        def watch() -> None:
            with (
                siyu.client(siyu.api_key("sources.read")) as client,
                client.stream("GET", f"/api/v1/sources/{source.id}/live") as answer,
            ):
                for line in answer.iter_lines():
                    opened.set()
                    told.append(line)
                    if "duplicate" in line:
                        seen.set()
                        return

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        assert opened.wait(10)
        page = {"type": "page", "anonymousId": "somebody", "messageId": "seen once", "name": "home"}
        source.send(page)
        eventually(lambda: "".join(told), lambda text: "accepted" in text)
        source.send(page)
        assert seen.wait(20), told

    def test_the_system_says_that_it_is_well(self, siyu: Siyu, api: httpx.Client) -> None:
        siyu.drain()
        found = api.get("/api/v1/system").raise_for_status().json()
        by_name = {one["name"]: one for one in found["readings"]}
        assert by_name["queue.live"]["state"] == "ok"
        assert by_name["engines.clickhouse_bytes"]["value"] > 0
        assert {"facts"} <= {table["table"] for table in found["clickhouse_tables"]}

    def test_an_export_is_written_by_the_worker(self, siyu: Siyu, api: httpx.Client, buyer: str) -> None:
        eventually(lambda: self.listed(api, q=buyer), lambda found: bool(found) and found[0]["orders"] == 2)
        body = {"wanted": {"q": buyer}, "columns": ["phone", "net_yuan"], "reveal": True}
        made = api.post(f"{LIST}/exports", json=body).raise_for_status().json()
        path = f"{LIST}/exports/{made['id']}"
        done = eventually(lambda: api.get(path).json(), lambda one: one["state"] in {"done", "failed"}, within=40)
        assert done["state"] == "done", done
        text = api.get(f"{path}/file").raise_for_status().content.decode("utf-8-sig")
        assert list(csv.reader(io.StringIO(text)))[1:] == [[f"+86{buyer}", "200.00"]]


class TestSignedOut:
    def test_a_live_view_ends_when_its_key_is_revoked(self, siyu: Siyu) -> None:
        key = siyu.api_key("customers.read")
        with siyu.client(key) as client, client.stream("GET", "/api/v1/live") as answer:
            lines = answer.iter_lines()
            assert next(lines) == "retry: 3000"
            with siyu.context() as context, context.database.transaction() as conn:
                newest = max(access.api_keys(conn), key=lambda one: one.id)
                access.revoke_api_key(conn, access.system("tests"), newest.id, context.clock.now())
            for _ in lines:  # until it ends by itself
                pass
        with siyu.client(key) as client:
            assert client.get(LIST).status_code == 401
