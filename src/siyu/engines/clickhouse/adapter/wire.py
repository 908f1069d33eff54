"""HTTP/1.1 over a blocking socket: requests in, answers out, both piece by piece."""

import io
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from siyu.engines.clickhouse.adapter import codec
from siyu.engines.clickhouse.adapter.problem import QueryError

PIECE = 1 << 16
_HEAD_LIMIT = 1 << 20  # as ClickHouse's http_max_uri_size


class ClientGoneError(Exception):
    """The client closed the connection or does not speak HTTP; there is nobody to answer."""


class Body:
    """The bytes of a request, unchunked and decompressed while they are read."""

    def __init__(self, source: io.BufferedReader, headers: dict[str, str], on_first_read: Callable[[], None]) -> None:
        self._source = source
        self._chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        self._left = 0 if self._chunked else int(headers.get("content-length") or 0)
        self._raw_end = not self._chunked and self._left == 0
        self._on_first_read: Callable[[], None] | None = on_first_read
        encoding = headers.get("content-encoding", "").strip().lower()
        self._decode = codec.decompressor(encoding) if encoding not in {"", "identity"} else None
        self.unknown_encoding = encoding if encoding not in {"", "identity"} and self._decode is None else ""

    def read(self) -> bytes:
        """The next piece; empty at the end."""
        while not self._raw_end:
            data = self._raw()
            if self._decode is not None and data:
                try:
                    data = self._decode(data)
                except Exception as error:
                    raise QueryError.of(354, "CANNOT_DECOMPRESS", f"Cannot decompress the request: {error}") from error
            if data:
                return data
        return b""

    def read_all(self, limit: int) -> bytes:
        """Everything that is left.

        Raises:
            QueryError: it is more than ``limit`` bytes.
        """
        out = bytearray()
        while piece := self.read():
            out += piece
            if len(out) > limit:
                raise QueryError.of(307, "TOO_MANY_BYTES", f"The request is larger than {limit} bytes.", status=413)
        return bytes(out)

    def drain(self, limit: int) -> bool:
        """Throw away what is left, so that the next request can be read; ``False``: too much, close instead."""
        while not self._raw_end:
            limit -= len(self._raw())
            if limit < 0:
                return False
        return True

    def _raw(self) -> bytes:
        if self._on_first_read is not None:
            self._on_first_read()
            self._on_first_read = None
        if self._chunked and self._left == 0:
            size = self._source.readline(64).split(b";")[0].strip()
            try:
                self._left = int(size, 16)
            except ValueError as error:
                raise ClientGoneError from error
            if self._left == 0:
                while self._source.readline(_HEAD_LIMIT).strip():
                    pass  # trailers
                self._raw_end = True
                return b""
        try:
            data = self._source.read1(min(PIECE, self._left))
        except OSError as error:
            raise ClientGoneError from error
        if not data:
            raise ClientGoneError
        self._left -= len(data)
        if self._left == 0:
            if self._chunked:
                self._source.readline(8)
            else:
                self._raw_end = True
        return bytes(data)


@dataclass(slots=True)
class Request:
    """One request; its body has not been read yet."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    keep_alive: bool
    chunks: bool  # whether the client understands a chunked answer
    body: Body


@dataclass(slots=True)
class Channel:
    """One client's connection."""

    socket: socket.socket
    source: io.BufferedReader = field(init=False)

    def __post_init__(self) -> None:
        self.source = self.socket.makefile("rb")

    def next_request(self) -> Request:
        """Wait for the next request and read its head.

        Raises:
            ClientGoneError: the client closed the connection, or what it sent is not HTTP.
        """
        try:
            line = self.source.readline(_HEAD_LIMIT)
            method, target, version = line.decode("latin-1").split()
            headers: dict[str, str] = {}
            size = 0
            while (header := self.source.readline(_HEAD_LIMIT)) not in {b"\r\n", b"\n"}:
                size += len(header)
                name, colon, value = header.decode("latin-1").partition(":")
                if not colon or size > _HEAD_LIMIT:
                    raise ClientGoneError
                headers[name.strip().lower()] = value.strip()
        except (OSError, ValueError) as error:
            raise ClientGoneError from error
        url = urlsplit(target)
        connection = headers.get("connection", "").lower()
        modern = version != "HTTP/1.0"
        return Request(
            method=method.upper(),
            path=url.path or "/",
            params=dict(parse_qsl(url.query, keep_blank_values=True, errors="strict")),
            headers=headers,
            keep_alive="close" not in connection if modern else "keep-alive" in connection,
            chunks=modern,
            body=Body(self.source, headers, lambda: self._continue(headers)),
        )

    def answer(
        self, status: int, headers: dict[str, str], body: bytes | memoryview, *, head_only: bool = False
    ) -> None:
        """A whole answer at once."""
        head = _head(status, headers | {"Content-Length": str(len(body))})
        if head_only or not body:
            self._send(head)
        elif len(body) < PIECE:
            self._send(head + bytes(body))
        else:
            self._send(head)
            self._send(body)

    def begin(self, headers: dict[str, str], *, chunked: bool) -> None:
        """The head of an answer whose length is not known."""
        self._send(_head(200, headers | ({"Transfer-Encoding": "chunked"} if chunked else {})))

    def piece(self, data: bytes, *, chunked: bool) -> None:
        """One piece of such an answer."""
        if data:
            self._send(b"%x\r\n%b\r\n" % (len(data), data) if chunked else data)

    def end(self, *, chunked: bool) -> None:
        """The end of such an answer."""
        if chunked:
            self._send(b"0\r\n\r\n")

    def _send(self, data: bytes | memoryview) -> None:
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise ClientGoneError from error

    def _continue(self, headers: dict[str, str]) -> None:
        if headers.get("expect", "").lower() == "100-continue":
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", errors="replace")
