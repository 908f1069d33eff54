"""What a plugin needs around it: ports without a database, and a server on the loopback that answers as it is told."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from siyu.channels.types import Account, Token
from siyu.channels.wecom import Wecom
from siyu.channels.wecom.client import Client, Limits
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import TryLater
from siyu.rehearsal.platforms.wecom.fake import Corp

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CORP = "wx5823bf96d3bd56c7"
TOKEN = "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
SECRETS = {"secret": "app-secret", "callback_token": TOKEN, "encoding_aes_key": AES_KEY}


class StandingPorts:
    """Ports of one process: tokens and blocks in memory."""

    def __init__(self, clock: Any, http: httpx.Client, secrets: Mapping[str, str] = SECRETS) -> None:
        self.clock = clock
        self.http = http
        self.secrets = dict(secrets)
        self.tokens: dict[str, Token] = {}
        self.fetches = 0
        self.taken: list[str] = []
        self.blocked: dict[str, datetime] = {}

    def secret(self, name: str) -> str:
        return self.secrets.get(name, "")

    def token(self, name: str, fetch: Callable[[], Token], *, stale: str | None = None) -> str:
        known = self.tokens.get(name)
        if known is None or known.value == stale or known.expires_at <= self.clock.now():
            self.fetches += 1
            known = self.tokens[name] = fetch()
        return known.value

    def take(self, api: str, calls: int = 1) -> None:
        until = self.blocked.get(api)
        if until is not None and until > self.clock.now():
            seconds = round((until - self.clock.now()).total_seconds())
            raise TryLater(reason=f"{api} is blocked.", reason_zh=f"{api} 已暂停。", retry_after=seconds)
        self.taken.append(api)

    def block(self, api: str, until: datetime) -> None:
        self.blocked[api] = until


@dataclass
class Asked:
    """A call that reached the server."""

    method: str
    api: str
    query: dict[str, str]
    body: Any
    raw: bytes = b""


Answer = Any  # an object (sent as JSON), bytes (sent as they are), or a callable that is given what was asked


@dataclass
class Platform:
    """Answers by API; several answers come one after the other, and the last one stays."""

    url: str = ""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    date: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    def on(self, api: str, *answers: Answer) -> None:
        self.answers[api] = list(answers)

    def of(self, api: str) -> list[Asked]:
        return [one for one in self.asked if one.api == api]

    def next(self, asked: Asked) -> Answer:
        waiting = self.answers.get(asked.api)
        if waiting is None:
            return {"errcode": 48002, "errmsg": f"nobody answers {asked.api}"}
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return answer(asked) if callable(answer) else answer


class Silence:
    """Takes a call and never answers it."""


@dataclass
class Cut:
    """Says that more comes than does."""

    begun: bytes


@contextmanager
def platform() -> Iterator[Platform]:
    """A server that gives tokens, and answers otherwise what a test tells it."""
    told = Platform()
    tokens = iter(range(1, 1000))
    told.on(
        "gettoken", lambda _: {"errcode": 0, "errmsg": "ok", "access_token": f"tok-{next(tokens)}", "expires_in": 7200}
    )

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *args: object) -> None: ...

        def date_time_string(self, timestamp: float | None = None) -> str:
            return told.date or super().date_time_string(timestamp)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                body = json.loads(raw) if raw else None
            except ValueError:
                body = None
            asked = Asked(self.command, parts.path.removeprefix("/cgi-bin/"), query, body, raw)
            answer = told.next(asked)
            told.asked.append(asked)
            if isinstance(answer, Silence):
                told.ended.wait(20)
                self.close_connection = True
                return
            cut = isinstance(answer, Cut)
            content = answer.begun if cut else answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            status = 502 if content.startswith(b"<html>") else 200
            self.send_response(status)
            self.send_header("Content-Length", str(len(content) + (100 if cut else 0)))
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = self.close_connection or cut

        do_POST = do_GET  # noqa: N815 - the name is the library's

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.ended.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def account(url: str = "", **settings: str) -> Account:
    return Account(
        id=1,
        channel="wecom",
        external_id=CORP,
        name="Corp",
        source_id=7,
        state="active",
        settings={"corp_id": CORP, "agent_id": "1000014", "base_url": url, **settings},
        created_at=START,
    )


@contextmanager
def ports(secrets: Mapping[str, str] = SECRETS, clock: Any = None) -> Iterator[StandingPorts]:
    with httpx.Client(trust_env=False) as http:
        yield StandingPorts(clock or ManualClock(START), http, secrets)


def client(told: Platform, around: StandingPorts, **further: Any) -> Client:
    """A client that does not sleep and does not wait long."""
    limits = further.pop("limits", Limits(connect=2, silence=0.5, whole=3))
    pause = further.pop("pause", lambda _: None)
    return Client(account(told.url, **further), around, limits=limits, pause=pause)


def wecom(told: Platform, around: StandingPorts, **settings: str) -> Wecom:
    made = Wecom(account(told.url, **settings), around)
    made.client = client(told, around, **settings)
    return made


def joined(corp: Corp, url: str, around: StandingPorts) -> Wecom:
    """The plugin for a fake corp that is served at ``url``."""
    made = Wecom(replace(account(url), external_id=corp.corp_id), around)
    made.client = Client(made.account, around, limits=Limits(silence=1.5), pause=lambda _: None)
    return made
