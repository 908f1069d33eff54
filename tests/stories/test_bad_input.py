"""Bad input: each gets a clear error, and nothing else is harmed."""

import gzip
import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
from tests.running import Siyu
from tests.stories.speaking import Source, eventually

from siyu.engines.postgres import run
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane, Message


@pytest.fixture(autouse=True)
def _nothing_else_is_harmed(siyu: Siyu, web: httpx.Client, source: Source) -> Any:
    """After each story a good event still goes its way."""
    yield
    key = siyu.new_source(f"after {source.name}")
    answer = web.post(
        "/v1/track", json={"writeKey": key, "event": "Still Well", "userId": "u", "messageId": source.name}
    )
    assert answer.status_code == 200
    siyu.drain()
    assert len(siyu.facts("message_id = {m:String} AND name = 'Still Well'", m=source.name)) == 1


def event(name: str = "Good", **more: Any) -> dict[str, Any]:
    return {"type": "track", "event": name, "userId": "u", "messageId": uuid.uuid4().hex, **more}


def tracked(source: Source) -> list[str]:
    return sorted(row[1] for row in source.facts() if row[0] == "event.tracked")


def letters(api: httpx.Client, source: Source) -> list[dict[str, Any]]:
    return list(api.get("/api/v1/dead-letters", params={"source_id": source.id, "limit": 500}).json()["items"])


def assert_refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text[:500]
    assert {"message", "message_zh", "details"} <= answer.json().keys()


class TestPoison:
    def test_one_of_five_thousand_is_found_and_the_rest_arrive(
        self, siyu: Siyu, api: httpx.Client, source: Source
    ) -> None:
        """No door lets an order without a number in, so it is put behind the door; after the fix it is replayed."""
        now = datetime.now(UTC)

        def message(number: int, kind: str = "track", payload: dict[str, Any] | None = None) -> Message:
            claims = (IdentifierClaim("user_id", str(source.id), f"u{number % 100}"),)
            return Message(kind, source.id, f"{source.name}-{number}", now, now, claims, payload or {"event": "Good"})

        batch = [message(number) for number in range(5_000)]
        batch[3_210] = message(3_210, "order", {"platform": "generic", "shop": "x", "order_no": "", "lines": []})
        with siyu.context() as context, context.database.transaction() as conn:
            intake.put(conn, Lane.LIVE, batch)
        assert tracked(source) == ["Good"] * 4_999
        (letter,) = letters(api, source)
        assert (letter["message_id"], letter["stage"]) == (f"{source.name}-3210", "pipeline")
        assert letter["code"] == "UnreadableOrder"
        assert "order_no" in letter["reason"]

        # Replayed without a fix, it dies again of the same; nothing else moves.
        assert api.post("/api/v1/dead-letters/replay", json={"ids": [letter["id"]]}).json() == {"count": 1}
        siyu.drain()
        (again,) = letters(api, source)
        assert (again["message_id"], again["code"]) == (letter["message_id"], letter["code"])
        assert len(tracked(source)) == 4_999
        # What can never be mended is given up.
        assert api.post("/api/v1/dead-letters/discard", json={"ids": [again["id"]]}).json() == {"count": 1}
        assert letters(api, source) == []

    def test_after_the_fix_it_is_replayed_once(self, siyu: Siyu, api: httpx.Client, source: Source) -> None:
        """A stage that fails on one message, and is mended: here a table that refuses what it should take."""
        guard = "ALTER TABLE commerce.order_header ADD CONSTRAINT broken CHECK (shop <> 'unlucky') NOT VALID"
        properties = {"order_id": f"{source.name}-1", "total": 12.5}
        now = datetime.now(UTC)
        payload = {
            "platform": "generic",
            "shop": "unlucky",
            "order_no": "1",
            "status": "paid",
            "paid_fen": 1250,
            "lines": [],
        }
        claims = (IdentifierClaim("user_id", str(source.id), "u"),)
        unlucky = Message("order", source.id, f"{source.name}-unlucky", now, now, claims, payload)
        with siyu.context() as context:
            with context.database.transaction() as conn:
                run(conn, guard)
            try:
                with context.database.transaction() as conn:
                    intake.put(conn, Lane.LIVE, [unlucky])
                source.send(event("Order Completed", properties=properties), event())
                siyu.drain()
                (letter,) = letters(api, source)
                assert letter["code"] == "CheckViolation"
            finally:
                with context.database.transaction() as conn:
                    run(conn, "ALTER TABLE commerce.order_header DROP CONSTRAINT broken")
        for expected in (1, 0):  # the second call finds nothing open
            assert api.post("/api/v1/dead-letters/replay", json={"ids": [letter["id"]]}).json() == {"count": expected}
        for command in ("replay", "discard"):
            answer = siyu.cli("dead-letters", command, str(letter["id"]), check=False)
            assert (answer.returncode, "no such letter is open" in answer.stderr) == (1, True), answer.stderr
        assert letters(api, source) == []
        paid = [row[4] for row in source.facts() if row[0] == "order.paid"]
        assert paid == [1250, 1250]


class TestTime:
    def test_ten_years_ago_stays_ten_years_ago(self, siyu: Siyu, api: httpx.Client, source: Source) -> None:
        long_ago = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3652)
        source.send(event("Old", timestamp=long_ago.isoformat(), userId=f"{source.name}-old"))
        siyu.drain()
        (customer,) = api.get("/api/v1/customers/find", params={"value": f"{source.name}-old"}).json()["customers"]
        page = api.get(f"/api/v1/customers/{customer}/timeline", params={"kind": "event.tracked"}).json()
        assert datetime.fromisoformat(page["entries"][0]["occurred_at"]) == long_ago

    def test_the_future_is_now(self, siyu: Siyu, api: httpx.Client, source: Source) -> None:
        source.send(event("Early", timestamp="2099-01-01T00:00:00Z", userId=f"{source.name}-early"))
        siyu.drain()
        (customer,) = api.get("/api/v1/customers/find", params={"value": f"{source.name}-early"}).json()["customers"]
        page = api.get(f"/api/v1/customers/{customer}/timeline", params={"kind": "event.tracked"}).json()
        assert datetime.fromisoformat(page["entries"][0]["occurred_at"]) <= datetime.now(UTC)

    def test_a_wrong_clock_is_corrected_and_the_age_kept(self, siyu: Siyu, api: httpx.Client, source: Source) -> None:
        who = f"{source.name}-skewed"
        body = {
            "writeKey": source.key,
            "sentAt": "2001-01-01T01:00:00Z",
            "batch": [event("Skewed", timestamp="2001-01-01T00:00:00Z", userId=who)],
        }
        assert httpx.post(f"{siyu.url}/v1/batch", json=body, trust_env=False).status_code == 200
        siyu.drain()
        (customer,) = api.get("/api/v1/customers/find", params={"value": who}).json()["customers"]
        page = api.get(f"/api/v1/customers/{customer}/timeline", params={"kind": "event.tracked"}).json()
        age = datetime.now(UTC) - datetime.fromisoformat(page["entries"][0]["occurred_at"])
        assert timedelta(minutes=59) < age < timedelta(minutes=62)

    def test_no_time_at_all_is_told(self, source: Source, api: httpx.Client) -> None:
        answer = source.send(event("Bad", timestamp="yesterday"), event())
        assert [(one["index"], one["code"]) for one in answer["rejected"]] == [(0, "bad_timestamp")]
        assert tracked(source) == ["Good"]


class TestSize:
    def test_forty_megabytes_of_nested_json(self, web: httpx.Client, source: Source) -> None:
        began = time.monotonic()
        answer = web.post("/v1/batch", content=b"[" * (40 << 20), params={"writeKey": source.key})
        assert_refused(answer, 400, "PayloadTooLarge")
        assert time.monotonic() - began < 10

    @pytest.mark.parametrize("depth", [200, 20_000, 400_000])
    def test_deep_json_within_the_limit(self, web: httpx.Client, source: Source, depth: int) -> None:
        deep = b'{"a":' * depth + b"1" + b"}" * depth
        body = b'{"event":"Deep","userId":"u","properties":' + deep + b"}"
        answer = web.post("/v1/track", content=body, params={"writeKey": source.key})
        assert answer.status_code in {200, 400}, answer.text[:300]
        source.facts()

    def test_a_zip_bomb(self, web: httpx.Client, source: Source) -> None:
        bomb = gzip.compress(b" " * (400 << 20), compresslevel=9)
        assert len(bomb) < 500_000
        began = time.monotonic()
        headers = {"Content-Encoding": "gzip"}
        answer = web.post("/v1/batch", content=bomb, headers=headers, params={"writeKey": source.key})
        assert_refused(answer, 400, "PayloadTooLarge")
        assert time.monotonic() - began < 5

    def test_broken_gzip(self, web: httpx.Client, source: Source) -> None:
        for content in (b"\x1f\x8b\x08broken", gzip.compress(b'{"batch":[]}')[:-6], b"plain"):
            headers = {"Content-Encoding": "gzip"}
            answer = web.post("/v1/batch", content=content, headers=headers, params={"writeKey": source.key})
            assert_refused(answer, 400, "MalformedBody")

    def test_an_identifier_of_a_megabyte(self, source: Source, api: httpx.Client) -> None:
        answer = source.send(event(userId="x" * (1 << 20)), event())
        assert [(one["index"], one["code"]) for one in answer["rejected"]] == [(0, "identifier_too_long")]
        assert tracked(source) == ["Good"]
        assert [letter["code"] for letter in letters(api, source)] == ["identifier_too_long"]

    def test_a_phone_of_thirty_kilobytes_names_nobody(self, source: Source) -> None:
        long = {"type": "identify", "userId": "u", "traits": {"phone": "1" * 30_000}}
        source.send(long, event(context={"externalIds": [{"id": "y" * 20_000, "type": "union_id"}]}))
        assert tracked(source) == ["Good"]

    def test_an_event_of_a_megabyte(self, source: Source, api: httpx.Client) -> None:
        answer = source.send(event(properties={"text": "x" * (1 << 20)}), event())
        assert [(one["index"], one["code"]) for one in answer["rejected"]] == [(0, "event_too_large")]
        assert tracked(source) == ["Good"]

    def test_more_than_2500_events(self, source: Source, api: httpx.Client) -> None:
        answer = source.send(*[event() for _ in range(2_501)])
        assert answer["accepted"] == 0
        assert [one["code"] for one in answer["rejected"]] == ["too_many_events"]
        assert tracked(source) == []
        source.send(*[event() for _ in range(2_500)])
        assert len(tracked(source)) == 2_500


class TestText:
    def test_nul_bytes_are_taken_out(self, source: Source, api: httpx.Client) -> None:
        source.send(
            event("No\x00thing", userId=f"{source.name}\x00-u", properties={"a\x00b": "c\x00d"}, messageId="m\x00")
        )
        assert tracked(source) == ["Nothing"]
        assert letters(api, source) == []
        assert api.get("/api/v1/customers/find", params={"value": f"{source.name}-u"}).json()["customers"]

    def test_a_nul_in_the_raw_body(self, web: httpx.Client, source: Source) -> None:
        assert_refused(web.post("/v1/track", content=b'{"event":"\x00"}'), 400, "MalformedBody")

    def test_broken_utf8(self, web: httpx.Client, source: Source) -> None:
        body = b'{"writeKey":"%s","event":"\xff\xfe","userId":"u"}' % source.key.encode()
        assert_refused(web.post("/v1/track", content=body), 400, "MalformedBody")

    def test_lone_surrogates(self, web: httpx.Client, source: Source) -> None:
        body = b'{"writeKey":"%s","event":"\\ud800","userId":"\\udfff","properties":{"\\ud83d":"\\ud83d"}}'
        answer = web.post("/v1/track", content=body % source.key.encode())
        assert answer.status_code in {200, 400}, answer.text
        source.facts()

    def test_numbers_beyond_every_range(self, web: httpx.Client, source: Source) -> None:
        body = (
            b'{"writeKey":"%s","event":"Big","userId":12345678901234567890123,"properties":{"a":1e400,"b":-0.0,"c":%s}}'
        )
        answer = web.post("/v1/track", content=body % (source.key.encode(), b"9" * 400))
        assert answer.status_code in {200, 400}, answer.text
        source.facts()

    @pytest.mark.parametrize(
        ("item", "code"),
        [
            ("text", "not_an_object"),
            (None, "not_an_object"),
            ({"type": "dance", "userId": "u"}, "unknown_type"),
            ({"type": "track", "userId": "u"}, "no_event"),
            ({"type": "track", "event": "E"}, "no_user_anon_id"),
            ({"type": "track", "event": "E", "userId": {"a": 1}}, "no_user_anon_id"),
            ({"type": "track", "event": "E", "userId": "u", "properties": [1]}, "bad_object"),
            ({"type": "track", "event": "E", "userId": "u", "messageId": "x" * 300}, "bad_message_id"),
            ({"type": "group", "userId": "u"}, "no_group_id"),
            ({"type": "alias", "userId": "u"}, "no_previous_id"),
        ],
    )
    def test_what_is_no_event_is_named(self, source: Source, api: httpx.Client, item: Any, code: str) -> None:
        answer = source.send(event(), item, event())
        assert (answer["accepted"], [(one["index"], one["code"]) for one in answer["rejected"]]) == (2, [(1, code)])
        assert tracked(source) == ["Good", "Good"]
        assert [letter["code"] for letter in letters(api, source)] == [code]


class TestRequests:
    @pytest.mark.parametrize("body", [b"", b"null", b"7", b'"text"', b"{", b"[1,2]", b'{"batch":7}', b"<xml/>"])
    def test_a_body_that_is_none(self, web: httpx.Client, source: Source, body: bytes) -> None:
        answer = web.post("/v1/batch", content=body, params={"writeKey": source.key})
        assert answer.status_code in {200, 400}
        if answer.status_code == 400:
            assert_refused(answer, 400, "MalformedBody")
        else:
            assert answer.json()["accepted"] == 0

    @pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic Og==", "Bearer x", "Basic \xff", "Digest a=b"])
    def test_a_bad_authorization(self, web: httpx.Client, header: str) -> None:
        answer = web.post("/v1/track", json=event(), headers=[(b"Authorization", header.encode("latin-1"))])
        assert_refused(answer, 401, "UnknownWriteKey")

    def test_strict_mode(self, web: httpx.Client, source: Source, api: httpx.Client) -> None:
        body = {"writeKey": source.key, "batch": [event(), {"type": "track", "userId": "u"}]}
        answer = web.post("/v1/batch", json=body, headers={"X-Strict-Mode": "1"})
        assert_refused(answer, 400, "EventsRefused")
        assert [(one["index"], one["code"]) for one in answer.json()["errors"]] == [(1, "no_event")]
        assert tracked(source) == []
        assert letters(api, source) == []
        assert web.post("/v1/batch", json=body).json()["accepted"] == 1
        assert tracked(source) == ["Good"]

    def test_wrong_method_and_path(self, web: httpx.Client) -> None:
        assert_refused(web.get("/v1/track"), 405, "WrongMethod")
        assert_refused(web.post("/v1/dance", json={}), 404, "NotFound")


class TestRevokedKey:
    def test_what_is_queued_is_kept_and_new_events_are_refused_within_a_second(
        self, siyu: Siyu, api: httpx.Client, web: httpx.Client, source: Source
    ) -> None:
        (key,) = api.get(f"/api/v1/sources/{source.id}").json()["keys"]
        source.send(*[event() for _ in range(2_000)])
        assert api.delete(f"/api/v1/sources/{source.id}/write-keys/{key['id']}").status_code == 204
        revoked = time.monotonic()
        body = orjson.dumps({"writeKey": source.key, **event("Late")})
        answer = eventually(lambda: web.post("/v1/track", content=body), lambda a: a.status_code != 200, 5)
        assert time.monotonic() - revoked < 1.5  # a second, and the request itself on a busy machine
        assert_refused(answer, 401, "UnknownWriteKey")
        assert tracked(source).count("Good") == 2_000
        assert json.loads(answer.content)["code"] == "UnknownWriteKey"
