"""What a browser does before and beside sending events: preflight, settings, beacon, pixel."""

import base64
import json

import httpx
import pytest
from tests.running import Siyu
from tests.stories.speaking import Source

PATHS = [f"/v1/{name}" for name in ("track", "identify", "alias", "group", "page", "screen", "batch", "import")]
PATHS += [f"/v1/{short}" for short in "tiagpsb"]


def names(source: Source) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in source.facts() if row[0] in {"event.tracked", "page.viewed"}]


class TestCors:
    @pytest.mark.parametrize("path", [*PATHS, "/beacon/v1/batch"])
    def test_preflight(self, web: httpx.Client, path: str) -> None:
        asked = "authorization, content-type, x-retry-count, anonymousid"
        headers = {
            "Origin": "https://shop.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": asked,
        }
        answer = web.options(path, headers=headers)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        assert "POST" in answer.headers["access-control-allow-methods"]
        for header in asked.split(", "):
            assert header in answer.headers["access-control-allow-headers"].lower()
        assert int(answer.headers["access-control-max-age"]) >= 900

    def test_answers_and_errors_can_be_read_by_the_page(self, web: httpx.Client, source: Source) -> None:
        for key, status in ((source.key, 200), ("nobody's", 401)):
            body = {"writeKey": key, "type": "track", "event": "E", "anonymousId": "a"}
            answer = web.post("/v1/t", content=json.dumps(body), headers={"Origin": "https://shop.example"})
            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == "https://shop.example"
            assert "retry-after" in answer.headers["access-control-expose-headers"].lower()


class TestDoors:
    @pytest.mark.parametrize(
        "content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""]
    )
    def test_any_content_type(self, web: httpx.Client, source: Source, content_type: str) -> None:
        body = json.dumps({"writeKey": source.key, "event": "Sent", "anonymousId": "a"})
        answer = web.post("/v1/t", content=body, headers={"Content-Type": content_type})
        assert (answer.status_code, answer.json()["success"]) == (200, True)
        assert names(source) == [("event.tracked", "Sent")]

    @pytest.mark.parametrize("place", ["basic", "basic without colon", "body", "first event", "query"])
    def test_write_key_may_come_in_many_places(self, web: httpx.Client, source: Source, place: str) -> None:
        event = {"type": "track", "event": "E", "userId": "u"}
        headers, path, body = {}, "/v1/batch", {"batch": [event]}
        match place:
            case "basic":
                headers["Authorization"] = f"Basic {base64.b64encode(f'{source.key}:'.encode()).decode()}"
            case "basic without colon":
                headers["Authorization"] = f"Basic {base64.b64encode(source.key.encode()).decode()}"
            case "body":
                body["writeKey"] = source.key
            case "first event":
                event["writeKey"] = source.key
            case "query":
                path += f"?writeKey={source.key}"
        answer = web.post(path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["accepted"]) == (200, 1)

    def test_beacon(self, web: httpx.Client, source: Source) -> None:
        body = json.dumps({"batch": [{"type": "page", "name": "Left", "anonymousId": "a"}]})
        headers = {"Content-Type": "text/plain"}
        assert web.post(f"/beacon/v1/batch?writeKey={source.key}", content=body, headers=headers).status_code == 200
        assert names(source) == [("page.viewed", "Left")]

    def test_pixel(self, web: httpx.Client, source: Source) -> None:
        event = {"writeKey": source.key, "event": "Opened Mail", "userId": "reader", "properties": {"mail": 7}}
        data = base64.urlsafe_b64encode(json.dumps(event).encode()).decode().rstrip("=")
        for query in ({"data": data}, {"writeKey": source.key, "event": "Opened Plain", "anonymousId": "x"}):
            answer = web.get("/pixel/v1/track", params=query)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
            assert answer.content[:6] == b"GIF89a"
            assert "no-store" in answer.headers["cache-control"]
        assert set(names(source)) == {("event.tracked", "Opened Mail"), ("event.tracked", "Opened Plain")}
        assert web.get("/pixel/v1/page", params={"data": "no base64!"}).status_code == 400

    def test_context_of_the_batch_is_everybodys(self, siyu: Siyu, web: httpx.Client, source: Source) -> None:
        body = {
            "writeKey": source.key,
            "context": {"locale": "zh-CN"},
            "batch": [{"type": "track", "event": "E", "userId": "u", "messageId": "ctx"}],
        }
        assert web.post("/v1/batch", json=body).status_code == 200
        siyu.drain()
        with siyu.context() as context:
            found = context.clickhouse.scalar(
                "SELECT properties FROM facts WHERE source_id = {s:UInt32} AND kind = 'event.tracked'", s=source.id
            )
        assert json.loads(found)["$context"]["locale"] == "zh-CN"


class TestSettings:
    def test_analytics_js_is_told_to_send_here(self, siyu: Siyu, web: httpx.Client, source: Source) -> None:
        answer = web.get(f"/v1/projects/{source.key}/settings", headers={"Origin": "https://shop.example"})
        told = answer.json()["integrations"]["Segment.io"]
        assert told == {"apiKey": source.key, "apiHost": f"127.0.0.1:{siyu.port}/v1", "protocol": "http"}
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        assert web.get("/v1/projects/nobody/settings").status_code == 401

    def test_rudderstack_is_too(self, web: httpx.Client, source: Source) -> None:
        query = {"p": "npm", "v": "3.0", "build": "modern", "lockIntegrationsVersion": "false"}
        by_query = web.get("/sourceConfig/", params={**query, "writeKey": source.key})
        by_header = web.get("/sourceConfig/", params=query, auth=(source.key, ""))
        assert by_query.json() == by_header.json()
        assert by_query.json()["source"]["enabled"] is True
        assert by_query.json()["source"]["writeKey"] == source.key
        assert web.get("/sourceConfig/", params=query).status_code == 401
