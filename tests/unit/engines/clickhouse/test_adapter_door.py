"""Who may come in, and what HTTP the adapter speaks besides what clickhouse-connect needs."""

import socket
from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from siyu.engines.clickhouse.embedded import EmbeddedClickHouse


def _ask(server: EmbeddedClickHouse, path: str, **options: Any) -> Any:
    place = urlsplit(server.url)
    options.setdefault("method", "GET")
    return urllib3.request(options.pop("method"), f"http://127.0.0.1:{place.port}{path}", **options)


def _secret(server: EmbeddedClickHouse) -> str:
    return urlsplit(server.url).password or ""


def _raw(server: EmbeddedClickHouse, data: bytes, *, stays: bool = False) -> bytes:
    """What comes back; a client that does not stay has nothing more to say, and its query is cancelled after a while."""
    place = urlsplit(server.url)
    with socket.create_connection(("127.0.0.1", place.port or 0)) as client:
        client.sendall(data)
        if not stays:
            client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


class TestSecret:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Authorization": "Basic " + b64encode(b"siyu:wrong").decode()},
            {"Authorization": "Basic nonsense"},
            {"Authorization": "Bearer siyu", "X-ClickHouse-User": "siyu"},
            {"X-ClickHouse-User": "siyu", "X-ClickHouse-Key": "wrong"},
        ],
    )
    def test_a_wrong_one_is_refused(self, server: EmbeddedClickHouse, headers: dict[str, str]) -> None:
        answer = _ask(server, "/?query=SELECT+1", headers=headers)
        assert (answer.status, answer.headers["X-ClickHouse-Exception-Code"]) == (403, "516")

    def test_none_is_refused(self, server: EmbeddedClickHouse) -> None:
        assert _ask(server, "/?query=SELECT+1").status == 401

    def test_another_user_is_refused(self, server: EmbeddedClickHouse) -> None:
        headers = {"X-ClickHouse-User": "default", "X-ClickHouse-Key": _secret(server)}
        assert _ask(server, "/?query=SELECT+1", headers=headers).status == 403

    def test_the_ways_to_bring_it(self, server: EmbeddedClickHouse) -> None:
        secret = _secret(server)
        assert _ask(server, f"/?query=SELECT+1&user=siyu&password={secret}").data == b"1\n"
        headers = {"X-ClickHouse-User": "siyu", "X-ClickHouse-Key": secret}
        assert _ask(server, "/?query=SELECT+1", headers=headers).data == b"1\n"

    def test_it_is_not_on_the_command_line_and_the_state_file_is_private(self, server: EmbeddedClickHouse) -> None:
        import psutil

        process = psutil.Process(server.pid)
        assert _secret(server) not in " ".join(process.cmdline() + list(process.environ().values()))
        assert (server.folder / "adapter.json").stat().st_mode & 0o077 == 0


class TestHttp:
    @pytest.fixture
    def headers(self, server: EmbeddedClickHouse) -> dict[str, str]:
        return urllib3.make_headers(basic_auth=f"siyu:{_secret(server)}")

    def test_ping_and_empty(self, server: EmbeddedClickHouse, headers: dict[str, str]) -> None:
        assert _ask(server, "/ping").data == b"Ok.\n"
        assert _ask(server, "/", headers=headers).data == b"Ok.\n"
        assert _ask(server, "/elsewhere", headers=headers).status == 404

    def test_head(self, server: EmbeddedClickHouse, headers: dict[str, str]) -> None:
        answer = _ask(server, "/?query=SELECT+1", method="HEAD", headers=headers)
        assert (answer.status, answer.headers["Content-Length"], answer.data) == (200, "2", b"")

    def test_get_changes_nothing(self, server: EmbeddedClickHouse, headers: dict[str, str]) -> None:
        answer = _ask(server, "/?query=CREATE+TABLE+got+(a+UInt8)+ENGINE=Memory", headers=headers)
        assert (answer.status, answer.headers["X-ClickHouse-Exception-Code"]) == (403, "164")

    def test_query_in_the_body_the_url_or_both(self, server: EmbeddedClickHouse, headers: dict[str, str]) -> None:
        assert _ask(server, "/", method="POST", body=b"SELECT 1", headers=headers).data == b"1\n"
        assert _ask(server, "/?query=SELECT", method="POST", body=b"1", headers=headers).data == b"1\n"

    def test_default_format_and_format_headers(self, server: EmbeddedClickHouse, headers: dict[str, str]) -> None:
        answer = _ask(server, "/?query=SELECT+1&default_format=JSONEachRow&query_id=mine", headers=headers)
        assert answer.json() == {"1": 1}
        assert answer.headers["X-ClickHouse-Format"] == "JSONEachRow"
        assert answer.headers["X-ClickHouse-Query-Id"] == "mine"
        assert answer.headers["X-ClickHouse-Timezone"] == "UTC"

    def test_unknown_encoding(self, server: EmbeddedClickHouse, headers: dict[str, str]) -> None:
        answer = _ask(server, "/", method="POST", body=b"x", headers=headers | {"Content-Encoding": "snappy"})
        assert answer.headers["X-ClickHouse-Exception-Code"] == "89"

    def test_two_requests_on_one_connection(self, server: EmbeddedClickHouse, headers: dict[str, str]) -> None:
        one = f"GET /?query=SELECT+1 HTTP/1.1\r\nAuthorization: {headers['authorization']}\r\n\r\n".encode()
        assert _raw(server, one + one).count(b"200 OK") == 2

    def test_a_large_answer_to_http_1_0(self, server: EmbeddedClickHouse, headers: dict[str, str]) -> None:
        path = "/?query=SELECT+number+FROM+numbers(1000000)+FORMAT+RowBinary"
        head, _, body = _raw(
            server, f"GET {path} HTTP/1.0\r\nAuthorization: {headers['authorization']}\r\n\r\n".encode(), stays=True
        ).partition(b"\r\n\r\n")
        assert b"chunked" not in head
        assert len(body) == 8_000_000

    @pytest.mark.parametrize(
        "data", [b"", b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nbroken\r\n\r\n", b"\x00\xff" * 1000]
    )
    def test_what_is_not_http_is_cut_off(self, server: EmbeddedClickHouse, data: bytes) -> None:
        assert _raw(server, data) == b""
        assert _ask(server, "/ping").status == 200

    def test_half_an_insert_writes_nothing(
        self, server: EmbeddedClickHouse, headers: dict[str, str], plain: Any
    ) -> None:
        plain.command("CREATE TABLE half (a UInt64) ENGINE = MergeTree ORDER BY a")
        body = b"INSERT INTO half FORMAT CSV\n" + b"1\n" * 100_000
        head = (
            f"POST / HTTP/1.1\r\nAuthorization: {headers['authorization']}\r\nContent-Length: {len(body) * 2}\r\n\r\n"
        )
        _raw(server, head.encode() + body)
        assert plain.command("SELECT count() FROM half") == 0
        plain.command("DROP TABLE half")
