"""The edge itself: errors, headers, transactions, limits."""

import asyncio
from typing import Annotated

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from psycopg import OperationalError
from pydantic import BaseModel
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from siyu.engines.access.types import Principal
from siyu.engines.http import Bodies, Conn, decode_cursor, encode_cursor, needs
from siyu.engines.http.middleware import EdgeMiddleware
from siyu.engines.postgres import Database, run, scalar
from siyu.kernel.errors import BadInput, Conflict, NotSignedIn, TryLater

SHAPE = {"code", "message", "message_zh", "details"}


class Body(BaseModel):
    count: int


@pytest.fixture(autouse=True)
def routes(app: FastAPI, database: Database) -> None:
    with database.transaction() as conn:
        run(conn, "CREATE TABLE public.mark (n int PRIMARY KEY, CONSTRAINT later CHECK (n < 100))")
        run(conn, "CREATE TABLE public.parent (n int PRIMARY KEY)")
        run(conn, "CREATE TABLE public.child (n int REFERENCES public.parent DEFERRABLE INITIALLY DEFERRED)")

    @app.get("/boom")
    def boom() -> None:
        raise ZeroDivisionError("the secret is hunter2")

    @app.post("/write")
    def write(body: Body, conn: Conn) -> dict[str, int]:
        run(conn, "INSERT INTO public.mark VALUES (:n)", n=body.count)
        if body.count == 13:
            raise Conflict(reason="thirteen.", reason_zh="十三。")
        return {"n": body.count}

    @app.post("/fails-at-commit")
    def fails_at_commit(conn: Conn) -> dict[str, bool]:
        run(conn, "INSERT INTO public.child VALUES (1)")
        return {"stored": True}

    @app.get("/later")
    def later() -> None:
        raise TryLater(reason="The queue is full.", reason_zh="队列已满。", retry_after=7)

    @app.get("/stream")
    def stream() -> StreamingResponse:
        def parts() -> object:
            yield b"first"
            raise ZeroDivisionError

        return StreamingResponse(parts())  # type: ignore[arg-type]

    @app.get("/secret")
    def secret(principal: Annotated[Principal, needs("audit.read")]) -> str:
        return principal.name


def _error(client: TestClient, method: str, path: str, status: int, **kwargs: object) -> dict[str, object]:
    response = client.request(method, path, **kwargs)  # type: ignore[arg-type]
    assert response.status_code == status, response.text
    body: dict[str, object] = response.json()
    assert set(body) == SHAPE
    assert response.headers["x-request-id"]
    return body


class TestErrors:
    def test_unknown_path(self, client: TestClient) -> None:
        body = _error(client, "GET", "/nowhere", 404)
        assert (body["code"], body["message_zh"]) == ("NotFound", "找不到页面“/nowhere”。")

    def test_wrong_method(self, client: TestClient) -> None:
        body = _error(client, "GET", "/write", 405)
        assert (body["code"], body["details"]) == ("WrongMethod", {"method": "GET", "allowed": "POST"})

    @pytest.mark.parametrize("sent", [b"{", b'{"count": "hunter2"}', b"[]", b"\xff", b""])
    def test_malformed_body_is_named_and_not_repeated(self, client: TestClient, sent: bytes) -> None:
        body = _error(client, "POST", "/write", 400, content=sent, headers={"content-type": "application/json"})
        assert body["code"] == "BadInput"
        assert "hunter2" not in str(body)

    def test_every_problem_is_told_in_both_languages(self, client: TestClient) -> None:
        body = _error(client, "POST", "/write", 400, json={"count": "many"})
        (problem,) = body["details"]["problems"]  # type: ignore[index]
        assert problem["where"] == "body.count"
        assert problem["what"].startswith("Input should be a valid integer")
        assert problem["what_zh"] == f"应为整数（原文：“{problem['what']}”）"
        assert body["message_zh"] == f"无法理解该请求：body.count：{problem['what_zh']}。"

    def test_unexpected_fault_has_an_incident_in_answer_and_log(self, client: TestClient) -> None:
        with capture_logs() as logs:
            body = _error(client, "GET", "/boom", 500)
        assert body["code"] == "Incident"
        assert "hunter2" not in str(body)
        (line,) = [entry for entry in logs if entry["event"] == "http.incident"]
        assert line["incident"] == body["details"]["incident"]  # type: ignore[index]

    def test_retry_after(self, client: TestClient) -> None:
        response = client.get("/later")
        assert (response.status_code, response.headers["retry-after"]) == (503, "7")

    def test_a_fault_in_the_middle_of_a_stream_cuts_it(self, client: TestClient) -> None:
        with pytest.raises(ZeroDivisionError):
            client.get("/stream")

    def test_database_gone(self, client: TestClient, app: FastAPI) -> None:
        gone = Database("postgresql://nobody@127.0.0.1:9/none?connect_timeout=1")
        app.state.database = gone
        response = client.post("/write", json={"count": 1})
        gone.close()
        assert (response.status_code, response.json()["code"]) == (503, "EngineProblem")
        assert response.headers["retry-after"]

    def test_not_signed_in(self, client: TestClient) -> None:
        assert _error(client, "GET", "/secret", 401)["code"] == "NotSignedIn"


class TestTransaction:
    def test_committed_before_the_answer(self, client: TestClient, database: Database) -> None:
        assert client.post("/write", json={"count": 1}).status_code == 200
        with database.transaction() as conn:
            assert scalar(conn, "SELECT count(*) FROM public.mark") == 1

    def test_an_error_rolls_back(self, client: TestClient, database: Database) -> None:
        assert _error(client, "POST", "/write", 409, json={"count": 13})["code"] == "Conflict"
        with database.transaction() as conn:
            assert scalar(conn, "SELECT count(*) FROM public.mark") == 0

    def test_a_failed_commit_is_no_success(self, client: TestClient) -> None:
        assert _error(client, "POST", "/fails-at-commit", 500)["code"] == "Incident"


class TestHeaders:
    def test_security_headers_on_every_answer(self, client: TestClient) -> None:
        for path in ("/later", "/nowhere", "/boom", "/openapi.json"):
            headers = client.get(path).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"

    def test_a_given_request_id_is_kept_when_harmless(self, client: TestClient) -> None:
        assert client.get("/later", headers={"x-request-id": "abc-1"}).headers["x-request-id"] == "abc-1"
        bad = client.get("/later", headers={"x-request-id": "a b<script>"}).headers["x-request-id"]
        assert bad.isalnum()

    def test_too_large_a_body(self, client: TestClient) -> None:
        body = _error(client, "POST", "/write", 413, content=b" " * 20_000)
        assert (body["code"], body["message_zh"]) == ("TooLarge", "请求体超过 10000 字节，请减少单次发送量。")

    @pytest.mark.parametrize(
        ("path", "kind", "raised", "status", "read"),
        [
            ("/files/1", b"Multipart/form-data; boundary=x", NotSignedIn(), 401, 0),
            ("/files/1", b"multipart/form-data; boundary=x", OperationalError("gone"), 503, 0),
            ("/files/1", b"application/json", NotSignedIn(), 413, 2),
            ("/elsewhere", b"multipart/form-data; boundary=x", NotSignedIn(), 413, 2),
        ],
    )
    def test_a_file_of_nobody_is_not_read(
        self, path: str, kind: bytes, raised: Exception, status: int, read: int
    ) -> None:
        """Read are pieces of 6,000 bytes; forms in other places, and what is no form, are no longer than other bodies."""
        asked, told, pieces = [], [], 0

        async def admit(_: Request, size: int) -> None:
            asked.append(size)
            raise raised

        async def reader(_scope: Scope, receive: Receive, _send: Send) -> None:
            while (await receive())["more_body"]:
                pass

        async def receive() -> Message:
            nonlocal pieces
            pieces += 1
            return {"type": "http.request", "body": b"0" * 6_000, "more_body": True}

        async def send(message: Message) -> None:
            told.append(message)

        edge = EdgeMiddleware(reader, bodies=Bodies(10_000, files=("/files",), file_limit=1 << 30, admit=admit))
        headers = [(b"content-type", kind), (b"content-length", b"60000")]
        scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
        asyncio.run(edge(scope, receive, send))
        assert (told[0]["status"], pieces, asked) == (status, read, [] if read else [60_000])


class TestCursor:
    def test_round_trip(self) -> None:
        assert decode_cursor(encode_cursor([5, "张"]), int, str) == (5, "张")
        assert decode_cursor(None, int) is None

    @pytest.mark.parametrize(
        "cursor",
        ["", "x", "%%%", "é", encode_cursor(["5"]), encode_cursor([5, 6]), encode_cursor([2**63]), "W3RydWVd", "[" * 9],
    )
    def test_anything_else_is_bad_input(self, cursor: str) -> None:
        with pytest.raises(BadInput, match="start again"):
            decode_cursor(cursor, int)

    def test_deep_nesting(self) -> None:
        import base64

        with pytest.raises(BadInput):
            decode_cursor(base64.urlsafe_b64encode(b"[" * 100_000).decode(), int)
