"""One request answered: what it asks is found out, run on a chDB connection, and the result sent as ClickHouse would."""

import base64
import binascii
import hmac
import json
import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain

from siyu.engines.clickhouse.adapter import codec, forms, statement
from siyu.engines.clickhouse.adapter.engine import Connection, Engine, quoted
from siyu.engines.clickhouse.adapter.problem import QueryError
from siyu.engines.clickhouse.adapter.watch import Watch
from siyu.engines.clickhouse.adapter.wire import Channel, Request

_HEAD = 1 << 18  # of an INSERT: the statement ends within it
_STATEMENT_LIMIT = 64 << 20
_WHOLE = 1 << 20  # a result up to this size is sent at once, so that an error in it still has its status

# Formats whose blocks, one behind the other, are one valid stream; the others have a head or a foot.
_BLOCKWISE = frozenset({"native", "tabseparated", "tsv", "csv", "rowbinary", "jsoneachrow"})

# Parameters of the HTTP interface itself; everything else in the URL is a setting.
_TRANSPORT = frozenset(
    {
        "query",
        "database",
        "default_format",
        "user",
        "password",
        "session_id",
        "session_timeout",
        "session_check",
        "query_id",
        "quota_key",
        "wait_end_of_query",
        "buffer_size",
        "client_protocol_version",
        "role",
        "stacktrace",
        "compress",
        "decompress",
        "close_session",
        "send_progress_in_http_headers",
        "http_headers_progress_interval_ms",
        "enable_http_compression",
        "cancel_http_readonly_queries_on_client_close",
        "add_http_cors_header",
        "log_queries",
    }
)

_CONTENT_TYPES = {
    "tabseparated": "text/tab-separated-values; charset=UTF-8",
    "tsv": "text/tab-separated-values; charset=UTF-8",
    "csv": "text/csv; charset=UTF-8; header=absent",
    "json": "application/json; charset=UTF-8",
    "jsoncompact": "application/json; charset=UTF-8",
    "jsoneachrow": "application/x-ndjson; charset=UTF-8",
}


@dataclass(frozen=True, slots=True)
class Service:
    """What every connection shares."""

    engine: Engine
    user: str
    secret: str
    database: str
    watch: Watch


def answer(service: Service, channel: Channel, request: Request) -> None:
    """Answer one request, whatever it is.

    Raises:
        ClientGoneError: the client went away.
    """
    if request.path == "/ping":
        channel.answer(200, {"Content-Type": "text/plain; charset=UTF-8"}, b"Ok.\n")
        return
    exchange = _Exchange(service, channel, request, request.params, request.params.get("query_id") or str(uuid.uuid4()))
    try:
        if request.path != "/":
            raise QueryError.of(1000, "POCO_EXCEPTION", f"There is no resource {request.path}.", status=404)
        if request.method not in {"GET", "HEAD", "POST"}:
            raise QueryError.of(1000, "POCO_EXCEPTION", "Use GET or POST.", status=405)
        _check_secret(service, request)
        exchange.run()
    except QueryError as problem:
        headers = {"Content-Type": "text/plain; charset=UTF-8", "X-ClickHouse-Query-Id": exchange.query_id}
        headers["X-ClickHouse-Exception-Code"] = str(problem.code)
        if problem.status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="ClickHouse server HTTP API"'
        text = f"{problem.text} (version {service.engine.version})\n"
        channel.answer(problem.status, headers, text.encode(), head_only=request.method == "HEAD")


def _check_secret(service: Service, request: Request) -> None:
    """Basic, bearer-less: the three ways in which ClickHouse takes a user and a password."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            user, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user, secret = "", ""
    elif "x-clickhouse-key" in request.headers or "x-clickhouse-user" in request.headers:
        user, secret = request.headers.get("x-clickhouse-user", ""), request.headers.get("x-clickhouse-key", "")
    elif "password" in request.params or "user" in request.params:
        user, secret = request.params.get("user", ""), request.params.get("password", "")
    else:
        raise QueryError.of(194, "REQUIRED_PASSWORD", "Password required for user default.", status=401)
    right = hmac.compare_digest(secret.encode(), service.secret.encode())
    if not (right and hmac.compare_digest(user.encode(), service.user.encode())):
        text = f"{user}: Authentication failed: password is incorrect, or there is no user with such name."
        raise QueryError.of(516, "AUTHENTICATION_FAILED", text)


@dataclass(slots=True)
class _Exchange:
    service: Service
    channel: Channel
    request: Request
    params: dict[str, str]
    query_id: str

    def run(self) -> None:
        text, rest = self._text()
        if not text.strip():
            self.channel.answer(200, {"Content-Type": "text/plain; charset=UTF-8"}, b"Ok.\n")
            return
        word = statement.first_word(text)
        if self.request.method in {"GET", "HEAD"} and not statement.reads(word):
            raise QueryError.of(164, "READONLY", "Cannot change anything with the method GET: use POST.")
        settings = {k: v for k, v in self.params.items() if k not in _TRANSPORT and not k.startswith("param_")}
        session = self.params.get("session_id", "")
        database = self.params.get("database") or self.request.headers.get("x-clickhouse-database")
        with self.service.engine.connection(database or self.service.database, settings, session) as connection:
            insert = statement.find_insert(text) if word == b"INSERT" else None
            if insert is not None:
                self._insert(connection, insert, chain((text[insert.data_at :],), rest))
                return
            text += b"".join(rest)
            connection.tainted = statement.changes_session(word)
            self._query(connection, word, text)

    def _text(self) -> tuple[bytes, Iterator[bytes]]:
        """The statement, as much of it as is needed to understand it, and the rest of the body."""
        text = self.params.get("query", "").encode()
        body = self.request.body
        if body.unknown_encoding:
            raise QueryError.of(89, "UNKNOWN_COMPRESSION_METHOD", f"Unknown Content-Encoding {body.unknown_encoding}.")
        if self.params.get("decompress", "0") != "0" or self.params.get("compress", "0") != "0":
            raise QueryError.of(48, "NOT_IMPLEMENTED", "ClickHouse's own compression; use Content-Encoding.")
        content_type = self.request.headers.get("content-type", "")
        if content_type.startswith("multipart/form-data"):
            fields = forms.parse(body.read_all(_STATEMENT_LIMIT), content_type)
            text += fields.pop("query", "").encode()
            self.params.update(fields)
            return text, iter(())
        if text:
            text += b"\n"
        while len(text) < _HEAD and (piece := body.read()):
            text += piece
        if statement.first_word(text[:_HEAD]) == b"INSERT" and statement.find_insert(text):
            return text, iter(body.read, b"")
        return text + body.read_all(_STATEMENT_LIMIT), iter(())

    def _insert(self, connection: Connection, insert: statement.Insert, data: Iterator[bytes]) -> None:
        for name, value in self._bound().items():
            connection.tainted = True
            connection.query(f"SET param_{name} = {quoted(value)}", "Null")
        # A client that goes away in the middle raises ClientGoneError in here, which cancels: half a body never becomes rows.
        rows = connection.insert(insert.statement, insert.format, (piece for piece in data if piece))
        summary = {"written_rows": str(rows)}
        self.channel.answer(200, self._headers("TabSeparated", summary), b"")

    def _query(self, connection: Connection, word: bytes, raw: bytes) -> None:
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            raise QueryError.of(62, "SYNTAX_ERROR", f"The statement is not UTF-8: {error}.") from None
        if statement.may_be_several(raw) and connection.raw.classify_query(text)["statement_count"] > 1:
            raise QueryError.of(62, "SYNTAX_ERROR", "Multi-statements are not allowed.")
        form = statement.output_format(text) or self.request.headers.get("x-clickhouse-format")
        form = form or self.params.get("default_format") or "TabSeparated"
        mark = f"/* siyu {uuid.uuid4().hex} */ "  # by which the watch finds it; not the client's own id
        with self.service.watch.over(self.channel.socket, mark) if statement.reads(word) else nullcontext():
            if statement.streams(word) and form.lower() in _BLOCKWISE:
                try:
                    self._send_blocks(connection.blocks(mark + text, form, self._bound()), form)
                    return
                except QueryError as problem:
                    if "Streaming query is not supported" not in problem.text:
                        raise
            result = connection.query(mark + text, form, self._bound())
        summary = {"read_rows": str(result.storage_rows_read()), "read_bytes": str(result.storage_bytes_read())}
        summary |= {"written_rows": str(result.rows_written()), "written_bytes": str(result.bytes_written())}
        summary |= {"result_rows": str(result.rows_read()), "elapsed_ns": str(int(result.elapsed() * 1e9))}
        headers = self._headers(form, summary)
        body = result.get_memview().view() if result.size() else b""
        compress = self._compressor()
        if compress and len(body):
            headers["Content-Encoding"] = compress[0]
            body = compress[1].compress(bytes(body)) + compress[1].flush()
        self.channel.answer(200, headers, body, head_only=self.request.method == "HEAD")

    def _send_blocks(self, blocks: Iterator[bytes], form: str) -> None:
        """Small results at once, large ones as they come: never more than a few blocks in memory."""
        first, size = [], 0
        for block in blocks:
            first.append(block)
            size += len(block)
            if size > _WHOLE:
                break
        else:
            blocks = iter(())
        headers = self._headers(form, {"result_bytes": str(size)})
        compress = self._compressor()
        if compress and size:
            headers["Content-Encoding"] = compress[0]
        pack = compress[1].compress if compress and size else bytes
        foot = compress[1].flush if compress and size else bytes
        if size <= _WHOLE:
            body = b"".join([*map(pack, first), foot()])
            self.channel.answer(200, headers, body, head_only=self.request.method == "HEAD")
            return
        tag = uuid.uuid4().hex[:16]
        chunked = self.request.chunks
        self.request.keep_alive &= chunked
        self.channel.begin(headers | {"X-ClickHouse-Exception-Tag": tag}, chunked=chunked)
        try:
            for block in chain(first, blocks):
                self.channel.piece(pack(block), chunked=chunked)
        except QueryError as problem:  # the status is sent: say it in the body, as ClickHouse does
            text = f"{problem.text}\n"
            note = f"__exception__\r\n{tag}\r\n{text}{len(text.encode())} {tag}\r\n__exception__\r\n"
            self.channel.piece(pack(note.encode()), chunked=chunked)
        finally:
            first.clear()
            getattr(blocks, "close", lambda: None)()
        self.channel.piece(foot(), chunked=chunked)
        self.channel.end(chunked=chunked)

    def _bound(self) -> dict[str, str]:
        return {name[6:]: value for name, value in self.params.items() if name.startswith("param_")}

    def _compressor(self) -> tuple[str, codec.Compressor] | None:
        wanted = self.params.get("enable_http_compression", "0") not in {"0", ""}
        return codec.compressor(self.request.headers.get("accept-encoding", "")) if wanted else None

    def _headers(self, form: str, summary: dict[str, str]) -> dict[str, str]:
        return {
            "Content-Type": _CONTENT_TYPES.get(form.lower(), "application/octet-stream"),
            "X-ClickHouse-Query-Id": self.query_id,
            "X-ClickHouse-Format": form,
            "X-ClickHouse-Timezone": self.service.engine.timezone,
            "X-ClickHouse-Server-Display-Name": "siyu",
            "X-ClickHouse-Summary": json.dumps(summary, separators=(",", ":")),
        }
